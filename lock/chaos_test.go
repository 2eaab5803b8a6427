package lock_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/lock"
)

// Each program has tasks that are aborted at any time, and tasks that are never aborted. When
// a lock, a permit or a notification is lost, a task of the second kind waits for ever, which
// fails the run.

const seeds = 400

// stay enters room as n visitors, yields some times, and leaves, also when it is cancelled.
func stay(w *chaos.World, task *edo.Task, room *chaos.Room, n int) error {
	room.Enter(n)
	defer room.Leave(n)
	for range w.Rand.IntN(3) {
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
	return nil
}

// visit is stay as a future, of the holder of g. It owns g.
type visit struct {
	room *chaos.Room
	n    int
	left int
	g    edo.Dropper
}

func newVisit(w *chaos.World, room *chaos.Room, n int, g edo.Dropper) *visit {
	room.Enter(n)
	return &visit{room, n, w.Rand.IntN(3), g}
}

func (v *visit) Poll(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) {
	if v.left == 0 {
		v.Drop()
		return u, edo.Ready, nil
	}
	v.left--
	cx.Yield()
	return u, edo.Pending, nil
}

func (v *visit) Drop() {
	if v.g != nil {
		v.room.Leave(v.n)
		v.g.Drop()
		v.g = nil
	}
}

// spawnDirect spawns task i in direct style. Every third task is never aborted.
func spawnDirect(w *chaos.World, i int, name string, fn func(task *edo.Task) error) *edo.JoinHandle[edo.Unit] {
	name = fmt.Sprint(name, " ", i)
	if i%3 == 0 {
		return w.Steady(name, fn)
	}
	return w.Go(name, fn)
}

// spawnFuture is spawnDirect for a future.
func spawnFuture(w *chaos.World, i int, name string, f edo.Future[edo.Unit]) {
	name = fmt.Sprint(name, " ", i)
	if i%3 == 0 {
		chaos.SpawnSteady(w, name, f)
	} else {
		chaos.Spawn(w, name, f)
	}
}

func TestMutexWhileTasksAreAborted(t *testing.T) {
	chaos.Explore(t, seeds, func(w *chaos.World) {
		var m lock.Mutex
		room := w.Room("the lock", 1)
		for i := range 6 {
			if w.Rand.IntN(2) == 0 {
				spawnDirect(w, i, "direct", func(task *edo.Task) error {
					for range 3 {
						if err := m.Lock(task); err != nil {
							return err
						}
						err := stay(w, task, room, 1)
						m.Unlock()
						if err != nil {
							return err
						}
					}
					return nil
				})
				continue
			}
			spawnFuture(w, i, "future", future.AndThen(m.LockFuture(), func(g *lock.Guard) edo.Future[edo.Unit] {
				return newVisit(w, room, 1, g)
			}))
		}
		w.Check(func() error {
			if !m.TryLock() {
				return errors.New("the lock was lost")
			}
			m.Unlock()
			return m.Check()
		})
	})
}

func TestRWMutexWhileTasksAreAborted(t *testing.T) {
	const allVisitors = 100
	chaos.Explore(t, seeds, func(w *chaos.World) {
		var m lock.RWMutex
		room := w.Room("the lock", allVisitors)
		for i := range 8 {
			writes, downgrades := w.Rand.IntN(3) == 0, w.Rand.IntN(2) == 0
			n, f := 1, m.RLockFuture()
			if writes {
				n, f = allVisitors, m.LockFuture()
			}
			if w.Rand.IntN(2) == 0 {
				spawnFuture(w, i, "future", future.AndThen(f, func(g *lock.Guard) edo.Future[edo.Unit] {
					if downgrades {
						g.Downgrade()
						n = 1
					}
					return newVisit(w, room, n, g)
				}))
				continue
			}
			spawnDirect(w, i, "direct", func(task *edo.Task) error {
				for range 2 {
					if !writes {
						if err := m.RLock(task); err != nil {
							return err
						}
						err := stay(w, task, room, 1)
						m.RUnlock()
						if err != nil {
							return err
						}
						continue
					}
					if err := m.Lock(task); err != nil {
						return err
					}
					g := m.Guard()
					err := stay(w, task, room, allVisitors)
					if downgrades && err == nil {
						g.Downgrade()
						err = stay(w, task, room, 1)
					}
					g.Unlock()
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
		w.Check(func() error {
			if !m.TryLock() {
				return errors.New("a lock was lost")
			}
			m.Unlock()
			return m.Check()
		})
	})
}

func TestSemaphoreWhileTasksAreAborted(t *testing.T) {
	const permits = 4
	chaos.Explore(t, seeds, func(w *chaos.World) {
		s := lock.NewSemaphore(permits)
		room := w.Room("the permits", permits)
		closes := w.Rand.IntN(4) == 0
		for i := range 7 {
			n := 1 + w.Rand.IntN(permits)
			ignoreClosed := func(err error) error { // the program may close the semaphore
				if closes && errors.Is(err, edo.ErrClosed) {
					return nil
				}
				return err
			}
			switch w.Rand.IntN(3) {
			case 0:
				f := future.AndThen(s.AcquireFuture(n), func(p *lock.Permit) edo.Future[edo.Unit] {
					return newVisit(w, room, n, p)
				})
				spawnFuture(w, i, "future", future.Of(f).OrElse(func(err error) edo.Future[edo.Unit] {
					if err = ignoreClosed(err); err != nil {
						return future.Fail[edo.Unit](err)
					}
					return future.Ready(edo.Unit{})
				}))
			case 1:
				spawnDirect(w, i, "owner", func(task *edo.Task) error {
					if err := s.Acquire(task, n); err != nil {
						return ignoreClosed(err)
					}
					p := s.Own(n) // a child owns the permits, and may never run
					w.Go("child", func(task *edo.Task) error { return stay(w, task, room, n) }, edo.Owns(p))
					return nil
				})
			default:
				spawnDirect(w, i, "direct", func(task *edo.Task) error {
					for range 3 {
						if err := s.Acquire(task, n); err != nil {
							return ignoreClosed(err)
						}
						err := stay(w, task, room, n)
						s.Release(n)
						if err != nil {
							return err
						}
					}
					return nil
				})
			}
		}
		if closes {
			w.Go("closer", func(task *edo.Task) error {
				defer s.Close()
				return edo.Yield(task)
			})
		}
		w.Check(func() error {
			if got := s.Available(); got != permits {
				return fmt.Errorf("%d of %d permits are free", got, permits)
			}
			return s.Check()
		})
	})
}
