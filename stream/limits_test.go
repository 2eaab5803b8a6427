package stream_test

import (
	"math"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// The longest time is longer than a clock can count from now on.
func TestAThrottleOfTheLongestTimeGivesOneValue(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		timer.Sleep(task, time.Second) // the clock is not at 0
		n := 0
		h := edo.Go(task, func(task *edo.Task) error {
			for range stream.All(task, stream.Values(1, 2, 3).Throttle(math.MaxInt64)) {
				n++
			}
			return nil
		})
		timer.Sleep(task, 100_000*time.Hour)
		if n != 1 {
			t.Errorf("%d values within eleven years", n)
		}
		h.Abort()
		return nil
	})
}

func TestARateWithTheLargestBurstGivesAllAtOnce(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		begin, n := timer.Now(task), 0
		for range stream.All(task, stream.Values(1, 2, 3, 4).RateLimit(1, time.Hour, math.MaxInt)) {
			n++
		}
		if took := timer.Now(task).Sub(begin); n != 4 || took != 0 {
			t.Errorf("%d values after %v", n, took)
		}
		return nil
	})
}

// badDrop is a value whose Drop panics.
type badDrop struct{ *owntest.Handle }

func (b badDrop) Drop() {
	b.Handle.Drop()
	panic("drop")
}

// A value takes the place of another one, whose Drop panics. It is dropped with the stream.
func TestAValueIsNotLostWhenTheDropOfTheOneBeforePanics(t *testing.T) {
	for name, build := range map[string]func(s stream.Seq[badDrop]) edo.Dropper{
		"Debounce": func(s stream.Seq[badDrop]) edo.Dropper { return drive(s.Debounce(time.Hour)) },
		"CombineLatest": func(s stream.Seq[badDrop]) edo.Dropper {
			return drive(stream.CombineLatest(s, stream.Stream[int](stream.PollFn(func(*edo.Context) (int, edo.Poll, error) { return 0, edo.Pending, nil }))))
		},
	} {
		one, two := owntest.NewHandle(1), owntest.NewHandle(2)
		s := build(stream.Values(badDrop{one}, badDrop{two}))
		func() {
			defer func() { recover() }()
			s.Drop()
		}()
		if one.Drops() != 1 || two.Drops() != 1 {
			t.Errorf("%s: %d and %d drops", name, one.Drops(), two.Drops())
		}
	}
}

// drive polls s once, which panics, and returns it.
func drive[T any](s stream.Seq[T]) (out edo.Dropper) {
	out = s
	defer func() { recover() }()
	edotest.PollNext(edotest.NewTask(), edo.Stream[T](s))
	return s
}
