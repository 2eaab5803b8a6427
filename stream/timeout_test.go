package stream_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// There are errors after 1, 2 and 3 s; the receiver is away until 5.5 s, and finds one for those after 4 and 5 s.
func TestATimeoutThatRepeatsKeepsItsGridWhenTheReceiverIsLate(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		began, got := timer.Now(task), []time.Duration(nil)
		for v, err := range stream.All(task, ticks(7500*time.Millisecond, 1200*time.Millisecond).TimeoutRepeating(time.Second)) {
			at := timer.Now(task).Sub(began)
			if (err == nil) != (at == 7500*time.Millisecond || at == 8700*time.Millisecond) {
				t.Errorf("%d, %v at %v", v, err, at)
			}
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
			if got = append(got, at/time.Millisecond); len(got) == 3 {
				timer.Sleep(task, 2500*time.Millisecond)
			}
		}
		if want := []time.Duration{1000, 2000, 3000, 5500, 6000, 7000, 7500, 8500, 8700}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		return nil
	})
}

func TestATimeoutThatRepeatsWithoutATimeIsAnErrorAndDropsTheSource(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t)
	s := stream.Of(src).TimeoutRepeating(0)
	if _, p, err := edotest.PollNext(task, s); p != edo.Ready || err == nil || src.Drops() != 1 {
		t.Errorf("got %v, %v", p, err)
	}
	edotest.RequireEnd(t, task, s)
}
