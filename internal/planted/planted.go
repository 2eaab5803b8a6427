package planted

import (
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/timer"
)

// Deadlock spawns the tasks "pay" and "refund", which wait for each other, and "audit", which waits for
// the first. They wait until the runtime is shut down.
func Deadlock(s edo.Spawner) {
	a, b := new(lock.Mutex), new(lock.Mutex)
	barrier := lock.NewBarrier(3)
	grab := func(first, second *lock.Mutex) func(*edo.Task) error {
		return func(task *edo.Task) error {
			if err := first.Lock(task); err != nil {
				return err
			}
			defer first.Unlock()
			if _, err := barrier.Wait(task); err != nil {
				return err
			}
			if err := second.Lock(task); err != nil {
				return err
			}
			second.Unlock()
			return nil
		}
	}
	edo.Go(s, grab(a, b), edo.Name("pay"))
	edo.Go(s, grab(b, a), edo.Name("refund"))
	edo.Go(s, func(task *edo.Task) error {
		if _, err := barrier.Wait(task); err != nil {
			return err
		}
		return a.Lock(task)
	}, edo.Name("audit"))
}

// FullChannel spawns three tasks "source" that send to a channel with this capacity, and "slow sink",
// which receives one value and then sleeps for half an hour.
func FullChannel(s edo.Spawner, capacity int) {
	tx, rx := mpsc.New[int](capacity)
	edo.Go(s, func(task *edo.Task) error {
		if _, err := rx.Recv(task); err != nil {
			return err
		}
		return timer.Sleep(task, time.Hour/2)
	}, edo.Name("slow sink"), edo.Owns(rx))
	for range 3 {
		tx := tx.Clone()
		edo.Go(s, func(task *edo.Task) error {
			for {
				if err := tx.Send(task, 1); err != nil {
					return err
				}
			}
		}, edo.Name("source"), edo.Owns(tx))
	}
	tx.Close()
}

// Spin does not yield until it may end: a task that calls it holds its worker up.
//
//go:noinline
func Spin(mayEnd *atomic.Bool) {
	for !mayEnd.Load() {
	}
}

// Spinning is a future whose poll spins.
type Spinning struct{ MayEnd *atomic.Bool }

// Poll returns when it may end.
func (s Spinning) Poll(*edo.Context) (edo.Unit, edo.Poll, error) {
	Spin(s.MayEnd)
	return edo.Unit{}, edo.Ready, nil
}

// Never is a future that is never ready. Its task ends when it is aborted.
type Never struct{}

// Poll is pending.
func (f Never) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	cx.Proceed(f)
	return edo.Unit{}, edo.Pending, nil
}

// Waits names what does not come.
func (Never) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "test: an event that does not come"} }
