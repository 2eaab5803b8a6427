package lock_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/lock"
)

// TestNotifyWhileTasksAreAborted passes one notification round: the task that gets it
// notifies the next one. So a task that is aborted must neither lose nor double it.
func TestNotifyWhileTasksAreAborted(t *testing.T) {
	chaos.Explore(t, seeds, func(w *chaos.World) {
		var n lock.Notify
		next := func() {
			if w.Rand.IntN(2) == 0 {
				n.NotifyOne()
			} else {
				n.NotifyLast()
			}
		}
		for i := range 6 {
			if w.Rand.IntN(2) == 0 {
				spawnFuture(w, i, "future", future.Map(n.WaitFuture(), func(u edo.Unit) edo.Unit {
					next()
					return u
				}))
				continue
			}
			spawnDirect(w, i, "direct", func(task *edo.Task) error {
				for range 3 {
					if err := n.Wait(task); err != nil {
						return err
					}
					next()
					if err := edo.Yield(task); err != nil {
						return err
					}
				}
				return nil
			})
		}
		w.Steady("first", func(task *edo.Task) error {
			defer next()
			return edo.Yield(task)
		})
		w.Check(func() error {
			if !n.WaitFuture().Enable() {
				return errors.New("the notification was lost")
			}
			if n.WaitFuture().Enable() {
				return errors.New("the notification was doubled")
			}
			return nil
		})
	})
}

func TestNotifyAllWhileTasksAreAborted(t *testing.T) {
	chaos.Explore(t, seeds, func(w *chaos.World) {
		var n lock.Notify
		over := false
		for i := range 6 {
			spawnDirect(w, i, "waits", func(task *edo.Task) error {
				for {
					f := n.WaitFuture() // before the task reads over
					if over {
						return nil
					}
					if w.Rand.IntN(2) == 0 {
						f.Enable()
					}
					_, err := edo.Await(task, f)
					f.Drop()
					if err != nil {
						return err
					}
				}
			})
		}
		w.Steady("notifies", func(task *edo.Task) error {
			for range 4 {
				n.NotifyAll()
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			over = true
			n.NotifyAll()
			return nil
		})
		w.Check(n.Check)
	})
}

// TestBarrierWhileTasksAreAborted counts the tasks that passed the barrier, aborted
// meanwhile or not: for each leader, as many tasks have passed as make a generation.
func TestBarrierWhileTasksAreAborted(t *testing.T) {
	chaos.Explore(t, seeds, func(w *chaos.World) {
		size := 2 + w.Rand.IntN(2)
		b := lock.NewBarrier(size)
		passed, leaders := 0, 0
		countPass := func(leader bool) {
			passed++
			if leader {
				leaders++
			}
			if passed > leaders*size {
				w.Errorf("%d have passed, with %d leaders of %d", passed, leaders, size)
			}
		}
		var handles []*edo.JoinHandle[edo.Unit]
		for i := range 6 {
			handles = append(handles, spawnDirect(w, i, "arrives", func(task *edo.Task) error {
				leader, err := b.Wait(task)
				if err == nil {
					countPass(leader)
				}
				return err
			}))
		}
		w.Steady("helper", func(task *edo.Task) error { // arrives and leaves until all have passed
			for slices.ContainsFunc(handles, func(h *edo.JoinHandle[edo.Unit]) bool { return !h.Finished() }) {
				extra := make([]*lock.Arrival, 1+w.Rand.IntN(size-1))
				for i := range extra {
					extra[i] = b.WaitFuture()
				}
				pollExtra := func(leaves bool) error {
					// Without a budget: one that has passed is not pending. Those that have not passed
					// leave in the same poll: behind it another task may let them pass.
					_, err := edo.Await(task, edo.Unconstrained(future.PollFn(func(cx *edo.Context) (u edo.Unit, _ edo.Poll, _ error) {
						extra = slices.DeleteFunc(extra, func(f *lock.Arrival) bool {
							leader, p, _ := f.Poll(cx)
							if p == edo.Ready {
								countPass(leader)
							}
							return p == edo.Ready
						})
						for _, f := range extra {
							if leaves {
								f.Drop()
							}
						}
						return u, edo.Ready, nil
					})))
					return err
				}
				if err := pollExtra(false); err != nil { // the extra futures arrive
					return err
				}
				if err := edo.Yield(task); err != nil {
					return err
				}
				if err := pollExtra(true); err != nil {
					return err
				}
			}
			return nil
		})
		w.Check(func() error {
			if passed != leaders*size {
				return fmt.Errorf("%d have passed, with %d leaders of %d", passed, leaders, size)
			}
			return b.Check()
		})
	})
}

func TestOnceWhileTasksAreAborted(t *testing.T) {
	chaos.Explore(t, seeds, func(w *chaos.World) {
		var o lock.Once[int]
		errFails := errors.New("the initialiser fails")
		room := w.Room("the initialiser", 1)
		for i := range 6 {
			fails := i%3 != 0 && w.Rand.IntN(3) == 0
			if w.Rand.IntN(2) == 0 {
				f := o.GetOrInitFuture(func() edo.Future[int] {
					return future.AndThen(newVisit(w, room, 1, future.Ready(0)), func(edo.Unit) edo.Future[int] {
						if fails {
							return future.Fail[int](errFails)
						}
						return future.Ready(7)
					})
				})
				spawnFuture(w, i, "future", future.Then(f, func(v int, err error) edo.Future[edo.Unit] {
					if err == nil && v != 7 || err != nil && err != errFails {
						w.Errorf("got %d, %v", v, err)
					}
					return future.Ready(edo.Unit{})
				}))
				continue
			}
			spawnDirect(w, i, "direct", func(task *edo.Task) error {
				v, err := o.GetOrInit(task, func(task *edo.Task) (int, error) {
					if err := stay(w, task, room, 1); err != nil {
						return 0, err
					}
					if fails {
						return 0, errFails
					}
					return 7, nil
				})
				if err == errFails {
					return nil
				}
				if err == nil && v != 7 {
					w.Errorf("got %d", v)
				}
				return err
			})
		}
		w.Check(func() error {
			if v, ok := o.Get(); v != 7 || !ok {
				return fmt.Errorf("the value is %d, %v", v, ok)
			}
			return o.Check()
		})
	})
}
