package edo_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
)

func TestASlowPollIsToldOfWhileItGoesOn(t *testing.T) {
	for _, isCurrent := range []bool{false, true} {
		told := make(chan *edo.SlowPollError, 16)
		config := edo.Config{SlowPoll: 20 * time.Millisecond, CurrentThread: isCurrent, OnError: func(err error) {
			if slow, ok := errors.AsType[*edo.SlowPollError](err); ok {
				told <- slow
			} else {
				t.Error(err)
			}
		}}
		err := edo.Run(func(task *edo.Task) error {
			_, err := edo.Go(task, func(task *edo.Task) error {
				// A task that has waited is found by its address.
				if _, err := edo.Go(task, func(*edo.Task) error { return nil }).Await(task); err != nil {
					return err
				}
				slow := <-told // which holds up the worker
				if slow.Task != "the slow one" || slow.For < 20*time.Millisecond || !strings.Contains(slow.Error(), "the poll of task the slow one has taken") {
					t.Errorf("told: %+v: %v", *slow, slow)
				}
				return nil
			}, edo.Name("the slow one")).Await(task)
			return err
		}, edo.WithConfig(config))
		if err != nil {
			t.Error(err)
		}
	}
}

func TestANegativeSlowPollIsRefused(t *testing.T) {
	if _, err := edo.New(edo.Config{SlowPoll: -1}); err == nil || !strings.Contains(err.Error(), "SlowPoll") {
		t.Errorf("the error is %v", err)
	}
}
