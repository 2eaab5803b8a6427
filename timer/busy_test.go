package timer_test

import (
	"errors"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// sharable makes the things of this package that have room for one waiter. Each function
// returns the wait for a new one; the key is the text of that wait.
var sharable = map[string]func() func(task *edo.Task) error{
	"timer: sleep": func() func(task *edo.Task) error {
		s := timer.SleepFuture(time.Hour)
		return func(task *edo.Task) error { _, err := edo.Await(task, s); return err }
	},
	"timer: tick": func() func(task *edo.Task) error {
		i := timer.NewInterval(time.Hour)
		return func(task *edo.Task) error { _, err := i.Tick(task); return err }
	},
	"timer: the next deadline of a DelayQueue": func() func(task *edo.Task) error {
		var q *timer.DelayQueue[int] // of the first task
		return func(task *edo.Task) error {
			if q == nil {
				q = timer.NewDelayQueue[int](task)
				q.Insert(1, time.Hour)
			}
			_, _, err := edo.Next(task, q)
			return err
		}
	},
	"timer: limiter, 1 token": func() func(task *edo.Task) error {
		l := timer.NewLimiter(timer.Every(time.Hour), 1)
		f := l.WaitFuture(1)
		return func(task *edo.Task) error {
			l.Allow(task)
			_, err := edo.Await(task, f)
			return err
		}
	},
}

func TestSecondWaiterOfATimerGetsAnErrorAndTheFirstIsNotDisturbed(t *testing.T) {
	for on, share := range sharable {
		err := sim.Run(1, func(task *edo.Task) error {
			wait := share()
			first := edo.Go(task, wait, edo.Name("first"))
			timer.Sleep(task, time.Minute) // the first task waits by now
			second := edo.Go(task, wait, edo.Name("second"))
			_, err := second.Await(task)
			var busy *edo.BusyError
			if !errors.As(err, &busy) || busy.On != on || busy.First != "first" || busy.Second != "second" || busy.Use == "" {
				t.Errorf("%s: the second waiter got %v", on, err)
			}
			begin := timer.Now(task)
			if _, err := first.Await(task); err != nil || timer.Now(task).Sub(begin) != 59*time.Minute {
				t.Errorf("%s: the first waiter: %v, after %v", on, err, timer.Now(task).Sub(begin))
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", on, err)
		}
	}
}

func TestTimerThatItsTaskHasLeftIsFreeForAnother(t *testing.T) {
	for on, share := range sharable {
		err := sim.Run(1, func(task *edo.Task) error {
			wait := share()
			begin := timer.Now(task)
			first := edo.Go(task, wait)
			timer.Sleep(task, time.Minute)
			first.Abort()
			if _, err := first.Await(task); !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("%s: the aborted waiter got %v", on, err)
			}
			if err := wait(task); err != nil || timer.Now(task).Sub(begin) != time.Hour {
				t.Errorf("%s: the second waiter: %v, after %v", on, err, timer.Now(task).Sub(begin))
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", on, err)
		}
	}
}

// Several tasks on several workers share a timer: each wait ends, with or without an error.
func TestSharedTimerLeavesNoWaiterBehind(t *testing.T) {
	for round := range 50 {
		err := edo.Run(func(task *edo.Task) error {
			i := timer.NewInterval(time.Millisecond)
			var all []*edo.JoinHandle[edo.Unit]
			for range 4 {
				all = append(all, edo.Go(task, func(task *edo.Task) error {
					for range 3 {
						var busy *edo.BusyError
						if _, err := i.Tick(task); err != nil && !errors.As(err, &busy) {
							return err
						}
					}
					return nil
				}))
			}
			for _, h := range all {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: 4}))
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

func TestSleepOfNothingGivesWay(t *testing.T) {
	for name, sleep := range map[string]func(task *edo.Task) error{
		"Sleep(0)":         func(task *edo.Task) error { return timer.Sleep(task, 0) },
		"Sleep(-1s)":       func(task *edo.Task) error { return timer.Sleep(task, -time.Second) },
		"SleepFuture(0)":   func(task *edo.Task) error { _, err := edo.Await(task, timer.SleepFuture(0)); return err },
		"a tick long past": tickLongPast(),
	} {
		simulate(t, func(task *edo.Task, _ func() time.Duration) error {
			ran := false // one worker: no race
			edo.Go(task, func(*edo.Task) error { ran = true; return nil })
			for turn := 0; !ran; turn++ {
				if turn == 10_000 {
					t.Fatalf("%s: the other task has not run after %d turns", name, turn)
				}
				if err := sleep(task); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// tickLongPast returns the wait for the next tick of an interval that has missed more ticks
// than a test reads.
func tickLongPast() func(task *edo.Task) error {
	i := timer.IntervalAt(time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), time.Millisecond)
	return func(task *edo.Task) error { _, err := i.Tick(task); return err }
}

func TestSleepOfNothingInACancelledTaskIsCancelled(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		h := edo.Go(task, func(task *edo.Task) error {
			timer.Sleep(task, time.Hour)
			return timer.Sleep(task, 0)
		})
		timer.Sleep(task, time.Minute)
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}
