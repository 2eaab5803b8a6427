package edo_test

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// due is a sleep that is found to be over when it is polled for the second time, before
// its timer could wake anybody.
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

// tidy waits until it is cancelled, and then for something else.
func tidy(task *edo.Task) (u edo.Unit, err error) {
	err = timer.Sleep(task, time.Hour)
	edo.Shielded(task, func(task *edo.Task) error {
		_, err := edo.Await(task, &due{sleep: timer.SleepFuture(time.Second)})
		return err
	})
	return u, err
}

func TestWhoeverWaitsForAFunctionThatItsTaskHasEndedIsDrivenOn(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := edo.Await(task, future.Join(
				edo.Async(func(task *edo.Task) (u edo.Unit, err error) { return u, edo.Yield(task) }),
				edo.Async(func(task *edo.Task) (u edo.Unit, err error) {
					_, err = future.JoinTask(task, tidy)
					return u, err
				})))
			return err // and forgets the Join
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

func TestAGoroutineOfItsOwnEndsWithTheLastFunctionThatItHasLeft(t *testing.T) {
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

func TestWhatAFunctionGivesThatWasDroppedIsDropped(t *testing.T) {
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
