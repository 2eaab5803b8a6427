package timer_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/timer"
)

func TestSleepIsRoundedUpToAMillisecondAndNeverEarly(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		for _, c := range []struct{ d, want time.Duration }{
			{1, time.Millisecond},
			{time.Millisecond, time.Millisecond},
			{time.Millisecond + 1, 2 * time.Millisecond},
			{64 * time.Millisecond, 64 * time.Millisecond},
			{time.Hour, time.Hour},
			{365 * 24 * time.Hour, 365 * 24 * time.Hour},
		} {
			begin := now()
			if err := timer.Sleep(task, c.d); err != nil {
				return err
			}
			if got := now() - begin; got != c.want {
				t.Errorf("Sleep(%v) took %v, want %v", c.d, got, c.want)
			}
		}
		return nil
	})
}

func TestDeadlineInThePastIsReadyAtTheFirstPoll(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		timer.Sleep(task, time.Second)
		for _, d := range []time.Duration{0, -1, math.MinInt64} {
			begin := now()
			if err := timer.Sleep(task, d); err != nil || now() != begin {
				t.Errorf("Sleep(%v): %v, after %v", d, err, now()-begin)
			}
			if _, err := edo.Await(task, timer.SleepFuture(d)); err != nil || now() != begin {
				t.Errorf("SleepFuture(%v): %v, after %v", d, err, now()-begin)
			}
		}
		return nil
	})
}

func TestLargestDurationDoesNotOverflow(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		timer.Sleep(task, time.Second)
		h := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, math.MaxInt64) })
		timer.Sleep(task, time.Hour)
		if h.Finished() {
			t.Error("the largest sleep is over after an hour")
		}
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestResetBeforeAndAfterFiring(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		s := timer.SleepFuture(10 * time.Millisecond)
		for _, d := range []time.Duration{30 * time.Millisecond, 5 * time.Millisecond, 0} {
			begin := now()
			s.Reset(d)
			if _, err := edo.Await(task, s); err != nil || now()-begin != d {
				t.Errorf("reset to %v: %v, after %v", d, err, now()-begin)
			}
		}
		s.Reset(20 * time.Millisecond)
		h := edo.Spawn(task, s)
		timer.Sleep(task, 10*time.Millisecond)
		begin := now()
		s.Reset(50 * time.Millisecond)
		// Reset counts from the next poll: the old timer must not make it ready.
		if h.Finished() {
			t.Error("ready after Reset")
		}
		h.Abort()
		h.Await(task)
		if now() != begin {
			t.Errorf("the aborted sleep held its task for %v", now()-begin)
		}
		return nil
	})
}

func TestSleepsEndInTheSameOrderForOneSeed(t *testing.T) {
	list := func() (order []int) {
		simulate(t, func(task *edo.Task, _ func() time.Duration) error {
			for i := range 10_000 {
				edo.Go(task, func(task *edo.Task) error {
					err := timer.Sleep(task, time.Duration(i*7919%1000)*time.Millisecond)
					order = append(order, i)
					return err
				})
			}
			return nil
		})
		return order
	}
	first := list()
	if len(first) != 10_000 || !slices.Equal(first, list()) {
		t.Fatalf("%d sleeps ended, in another order the second time", len(first))
	}
}

func TestZeroSleeperIsReadyAtOnceAndResetInsideAnotherFuture(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		timer.Sleep(task, time.Second)
		var s timer.Sleeper
		begin := now()
		for _, d := range []time.Duration{0, 3 * time.Millisecond} {
			if _, err := edo.Await(task, edo.Future[edo.Unit](&s)); err != nil || now()-begin != d {
				t.Errorf("%v, after %v, want %v", err, now()-begin, d)
			}
			s.Reset(3 * time.Millisecond)
		}
		return nil
	})
}

// A wake from elsewhere does not make a Sleeper ready.
func TestSleeperIsNotReadyBeforeItsInstant(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		s := timer.SleepFuture(10*time.Millisecond + 1)
		begin := now()
		var waker edo.Waker
		h := edo.Spawn(task, future.PollFn(func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
			waker = cx.Waker()
			_, p, err := s.Poll(cx)
			if got := now() - begin; (p == edo.Ready) != (got > 10*time.Millisecond) {
				t.Errorf("%v after %v", p, got)
			}
			return edo.Unit{}, p, err
		}))
		for range 9 {
			timer.Sleep(task, time.Millisecond)
			waker.Wake()
		}
		_, err := h.Await(task)
		return err
	})
}

func TestSleeperIs24Bytes(t *testing.T) {
	if size, words := unsafe.Sizeof(timer.Sleeper{}), unsafe.Sizeof(uintptr(0)); size > 8+2*words {
		t.Errorf("a Sleeper is %d bytes", size)
	}
}
