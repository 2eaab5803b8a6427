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
				// A task that has waited is found by its address. One that awaits another may have nothing to wait for.
				if _, err := edo.Await(task, &atTheSecondPoll{}); err != nil {
					return err
				}
				// The wait for that holds up the worker. A poll of main may have been slow before, when its thread stood still.
				slow := <-told
				for slow.Task != "the slow one" {
					slow = <-told
				}
				if slow.For < 20*time.Millisecond || !strings.Contains(slow.Error(), "the poll of task the slow one has taken") {
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

// atTheSecondPoll is pending once.
type atTheSecondPoll struct{ wasPolled bool }

func (f *atTheSecondPoll) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(f) {
		return edo.Unit{}, edo.Pending, nil
	}
	if f.wasPolled {
		return edo.Unit{}, edo.Ready, nil
	}
	f.wasPolled = true
	cx.Waker().Wake()
	return edo.Unit{}, edo.Pending, nil
}

func (*atTheSecondPoll) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "test: the second poll"} }

func TestANegativeSlowPollIsRefused(t *testing.T) {
	if _, err := edo.New(edo.Config{SlowPoll: -1}); err == nil || !strings.Contains(err.Error(), "SlowPoll") {
		t.Errorf("the error is %v", err)
	}
}
