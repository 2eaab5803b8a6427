package lock_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/sim"
)

// A look at whether something is there, and a wait for it.
type lookAndWait func(task *edo.Task, n *lock.Notify, isThere func() bool) error

// stalls returns in how many of the orders of a task that waits and one that notifies nothing can
// happen any more.
func stalls(t *testing.T, wait lookAndWait, notify func(*lock.Notify)) (n int) {
	const seeds = 200
	for seed := range uint64(seeds) {
		err := sim.Run(seed, func(task *edo.Task) error {
			var (
				notified lock.Notify
				mu       lock.Mutex
				isThere  bool
			)
			h := edo.Go(task, func(task *edo.Task) error {
				return wait(task, &notified, func() bool {
					if mu.Lock(task) != nil {
						return false
					}
					defer mu.Unlock()
					return isThere
				})
			})
			if err := edo.Yield(task); err != nil { // the other task may begin
				return err
			}
			if err := mu.Lock(task); err != nil {
				return err
			}
			isThere = true
			mu.Unlock()
			notify(&notified)
			_, err := h.Await(task)
			return err
		})
		var stall *edo.StallError
		switch {
		case errors.As(err, &stall):
			n++
		case err != nil:
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	return n
}

func TestASimulationFindsANotificationOfAllBetweenALookAndAWait(t *testing.T) {
	lookThenWait := func(task *edo.Task, n *lock.Notify, isThere func() bool) error {
		if isThere() {
			return nil
		}
		return n.Wait(task)
	}
	beforeTheLook := func(task *edo.Task, n *lock.Notify, isThere func() bool) error {
		f := n.WaitFuture()
		defer f.Drop()
		if isThere() {
			return nil
		}
		_, err := edo.Await(task, f)
		return err
	}
	if n := stalls(t, lookThenWait, (*lock.Notify).NotifyAll); n == 0 {
		t.Error("no order loses the notification of all")
	}
	if n := stalls(t, lookThenWait, (*lock.Notify).NotifyOne); n != 0 {
		t.Errorf("%d orders lose the notification of one, which is stored", n)
	}
	if n := stalls(t, beforeTheLook, (*lock.Notify).NotifyAll); n != 0 {
		t.Errorf("%d orders lose the notification of all although the future was made before", n)
	}
}
