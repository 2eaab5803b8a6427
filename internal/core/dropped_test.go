package core_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// due is a sleep that is ready at its second poll, before its timer can wake a task.
type due struct {
	sleep *timer.Sleeper
	polls int
}

func (d *due) Poll(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) {
	if u, p, err = d.sleep.Poll(cx); p == edo.Pending && !cx.Proceed(nil) {
		return u, p, err
	}
	if d.polls++; d.polls == 2 {
		d.sleep.Drop()
		p = edo.Ready
	}
	return u, p, err
}

// tidy waits until it is cancelled, and then waits again to clean up.
func tidy(task *edo.Task) (u edo.Unit, err error) {
	err = timer.Sleep(task, time.Hour)
	edo.Shielded(task, func(task *edo.Task) error {
		_, err := edo.Await(task, &due{sleep: timer.SleepFuture(time.Second)})
		return err
	})
	return u, err
}

func TestTaskThatWaitsForADroppedFunctionToEndIsPolled(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := edo.Await(task, future.Join(
				edo.Async(func(task *edo.Task) (u edo.Unit, err error) { return u, edo.Yield(task) }),
				edo.Async(func(task *edo.Task) (u edo.Unit, err error) {
					_, err = future.JoinTask(task, tidy)
					return u, err
				})))
			return err // and does not drop the Join
		})
		timer.Sleep(task, time.Second)
		h.Abort()
		h.Await(task)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBlockingTaskEndsWithTheLastFunctionThatItHasLeftSuspended(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		_, err := edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
			left := edo.Async(tidy)
			return edo.Await(task, future.PollFn(func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
				left.Poll(cx)
				return edo.Unit{}, edo.Ready, nil
			}))
		}).Await(task)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestValueOfADroppedFunctionIsDropped(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		h := owntest.NewHandle(1)
		give := func(err error) func(task *edo.Task) (*owntest.Handle, error) {
			return func(task *edo.Task) (*owntest.Handle, error) {
				timer.Sleep(task, time.Hour)
				return h, err
			}
		}
		yield := future.Map(edo.YieldFuture(), func(edo.Unit) *owntest.Handle { return nil })
		edo.Spawn(task, future.Race[*owntest.Handle](edo.Async(give(nil)), yield)).Await(task)
		if h.Drops() != 1 {
			t.Errorf("dropped %d times", h.Drops())
		}
		for n, err := range []error{nil, edo.ErrCancelled} {
			b := edo.Spawn(task, future.Join(edo.Async(give(err))))
			timer.Sleep(task, time.Second)
			b.Abort()
			b.Await(task)
			if h.Drops() != 2 {
				t.Errorf("%d: dropped %d times", n, h.Drops())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFunctionDroppedOrForgottenWhileSuspendedRunsToItsEndBeforeItsTaskEnds(t *testing.T) {
	for _, drop := range []bool{true, false} {
		tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
			var cleaned atomic.Bool
			err := edo.Run(func(task *edo.Task) error {
				h := edo.Go(task, func(task *edo.Task) error {
					inner := edo.Async(func(task *edo.Task) (int, error) {
						defer cleaned.Store(true)
						return edo.Await(task, tasktest.Forever{})
					})
					_, err := edo.Await(task, tasktest.PollOnce(inner))
					if drop {
						edo.Drop(inner)
						edo.Drop(inner)
					}
					return err
				})
				if _, err := h.Await(task); err != nil {
					t.Error(err)
				}
				if !cleaned.Load() {
					t.Error("the task ended before the function inside it")
				}
				return nil
			}, opt)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestDroppedFunctionsOfABlockingTaskEndWhileItGoesOn(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var ended atomic.Int64
		_, err := edo.Blocking(task, func(task *edo.Task) (int, error) {
			for range 100 {
				inner := edo.Async(func(task *edo.Task) (int, error) {
					defer ended.Add(1)
					return edo.Await(task, tasktest.Forever{})
				})
				edo.Await(task, tasktest.PollOnce(inner))
				edo.Drop(inner)
				edo.Yield(task)
			}
			if n := ended.Load(); n < 99 {
				t.Errorf("%d of 100 dropped functions have ended", n)
			}
			return 0, nil
		}).Await(task)
		return err
	}, tasktest.Quiet(edo.Config{Workers: 1}))
	if err != nil {
		t.Fatal(err)
	}
}
