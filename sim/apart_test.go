package sim_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
)

// apart has two tasks that each do a number of operations, on objects of their own. own makes them.
func apart(operations int, own func() func(task *edo.Task) error) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		for range 2 {
			operation := own()
			edo.Go(task, func(task *edo.Task) error {
				for range operations {
					if err := operation(task); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return nil
	}
}

func TestAllLeavesOutOrdersOfOperationsOnDifferentObjects(t *testing.T) {
	first := func(_ int, err error) error { return err }
	for name, c := range map[string]struct {
		rounds int
		own    func() func(task *edo.Task) error
	}{
		"mpsc, send": {5, func() func(task *edo.Task) error {
			tx, rx := mpsc.NewUnbounded[int]()
			return func(task *edo.Task) error { _ = rx; return tx.Send(task, 1) }
		}},
		"mpsc, receive": {5, func() func(task *edo.Task) error {
			tx, rx := mpsc.NewUnbounded[int]()
			return func(task *edo.Task) error { tx.TrySend(1); return first(rx.Recv(task)) }
		}},
		"mpsc, receive with a time limit": {5, func() func(task *edo.Task) error {
			tx, rx := mpsc.NewUnbounded[int]()
			return func(task *edo.Task) error { tx.TrySend(1); return first(rx.RecvTimeout(task, 0)) }
		}},
		"mpsc, futures": {3, func() func(task *edo.Task) error {
			tx, rx := mpsc.NewUnbounded[int]()
			return func(task *edo.Task) error {
				if _, err := edo.Await(task, edo.Future[*mpsc.Sender[int]](tx.SendFuture(1))); err != nil {
					return err
				}
				return first(edo.Await(task, rx.RecvFuture()))
			}
		}},
		"mpmc, send and receive": {3, func() func(task *edo.Task) error {
			tx, rx := mpmc.NewUnbounded[int]()
			return func(task *edo.Task) error {
				if err := tx.Send(task, 1); err != nil {
					return err
				}
				return first(rx.Recv(task))
			}
		}},
		"mpmc, futures": {3, func() func(task *edo.Task) error {
			tx, rx := mpmc.NewUnbounded[int]()
			return func(task *edo.Task) error {
				if _, err := edo.Await(task, edo.Future[*mpmc.Sender[int]](tx.SendFuture(1))); err != nil {
					return err
				}
				return first(edo.Await(task, edo.Future[int](rx.RecvFuture())))
			}
		}},
		"mpmc, stream": {5, func() func(task *edo.Task) error {
			tx, rx := mpmc.NewUnbounded[int]()
			return func(task *edo.Task) error {
				tx.TrySend(1)
				_, _, err := edo.Next(task, edo.Stream[int](rx))
				return err
			}
		}},
		"mutex": {5, func() func(task *edo.Task) error {
			var m lock.Mutex
			return func(task *edo.Task) error { err := m.Lock(task); m.Unlock(); return err }
		}},
		"rwmutex": {5, func() func(task *edo.Task) error {
			var m lock.RWMutex
			return func(task *edo.Task) error { err := m.RLock(task); m.RUnlock(); return err }
		}},
		"barrier": {5, func() func(task *edo.Task) error {
			b := lock.NewBarrier(1)
			return func(task *edo.Task) error { _, err := b.Wait(task); return err }
		}},
		"join": {2, func() func(task *edo.Task) error {
			var h *edo.JoinHandle[int]
			return func(task *edo.Task) error {
				if h == nil {
					h = edo.Spawn(task, future.Ready(1))
				}
				return first(h.Await(task))
			}
		}},
	} {
		program := func() error { return sim.Run(0, apart(c.rounds, c.own)) }
		reduced, full := sim.All(t, program, sim.AllOption{}), sim.All(t, program, sim.Every())
		t.Logf("%s: %d schedules, and %d with those that do not matter", name, reduced, full)
		least := 10
		if name == "join" { // the start of a task is on everything
			least = 3
		}
		if reduced*least > full {
			t.Errorf("%s: %d schedules of %d", name, reduced, full)
		}
	}
}
