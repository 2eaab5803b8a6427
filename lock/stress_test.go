package lock_test

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/lock"
)

// In the stress tests plain goroutines drive tasks, so that operations overlap inside polls.

const goroutines = 6

// rounds is how many operations each goroutine does.
func rounds() int {
	if testing.Short() || invariant.Enabled {
		return 500
	}
	return 3000
}

// stress runs fn in several goroutines, each with a task that waits and a mock task that gives
// up.
func stress(t *testing.T, fn func(r *rand.Rand, g *chantest.GoroutineTask, mock *edotest.Task) error) {
	t.Helper()
	var all sync.WaitGroup
	for i := range goroutines {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 4))
			g, mock := chantest.NewGoroutineTask(), edotest.NewTask()
			for range rounds() {
				if err := fn(r, g, mock); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// pollOrDrop polls f once. If it is not ready, pollOrDrop drops it, and ok is false.
func pollOrDrop[T any](r *rand.Rand, mock *edotest.Task, f edo.Future[T]) (v T, ok bool) {
	v, p, _ := edotest.Poll(mock, f)
	if p == edo.Ready {
		return v, true
	}
	if r.IntN(2) == 0 {
		runtime.Gosched()
	}
	edo.Drop(f)
	return v, false
}

func TestGivingUpAgainstUnlock(t *testing.T) {
	var m lock.Mutex
	var inside int // the count, or the race detector, finds two holders
	stress(t, func(r *rand.Rand, p *chantest.GoroutineTask, mock *edotest.Task) error {
		var g *lock.Guard
		switch r.IntN(3) {
		case 0:
			if !m.TryLock() {
				return nil
			}
			g = m.Guard()
		case 1:
			var ok bool
			if g, ok = pollOrDrop(r, mock, m.LockFuture()); !ok {
				return nil
			}
		case 2:
			var err error
			if g, err = chantest.Await(p, m.LockFuture()); err != nil {
				return err
			}
		}
		if inside++; inside != 1 {
			return errors.New("two tasks hold the lock")
		}
		inside--
		g.Unlock()
		return nil
	})
	requireRules(t, &m)
	if !m.TryLock() {
		t.Fatal("the lock was lost")
	}
}

func TestReadersAndWritersInStress(t *testing.T) {
	var m lock.RWMutex
	value := 0
	var readers atomic.Int32
	read := func(g *lock.Guard) {
		readers.Add(1)
		_ = value // the race detector finds a writer
		readers.Add(-1)
		g.Unlock()
	}
	stress(t, func(r *rand.Rand, p *chantest.GoroutineTask, mock *edotest.Task) error {
		switch r.IntN(5) {
		case 0:
			if g, ok := pollOrDrop(r, mock, m.LockFuture()); ok {
				value++
				g.Unlock()
			}
		case 1:
			if g, ok := pollOrDrop(r, mock, m.RLockFuture()); ok {
				read(g)
			}
		case 2:
			g, err := chantest.Await(p, m.LockFuture())
			if err != nil {
				return err
			}
			if readers.Load() != 0 {
				return errors.New("a reader beside a writer")
			}
			value++
			g.Downgrade()
			read(g)
		default:
			g, err := chantest.Await(p, m.RLockFuture())
			if err != nil {
				return err
			}
			read(g)
		}
		return nil
	})
	requireRules(t, &m)
	if !m.TryLock() {
		t.Fatal("a lock was lost")
	}
}

func TestPermitsInStressAreAllReleased(t *testing.T) {
	s := lock.NewSemaphore(5)
	var held atomic.Int64
	stress(t, func(r *rand.Rand, p *chantest.GoroutineTask, mock *edotest.Task) error {
		n := 1 + r.IntN(5)
		var permit *lock.Permit
		switch r.IntN(4) {
		case 0:
			if s.TryAcquire(n) != nil {
				return nil
			}
			permit = s.Own(n)
		case 1:
			var ok bool
			if permit, ok = pollOrDrop(r, mock, s.AcquireFuture(n)); !ok {
				return nil
			}
		default:
			var err error
			if permit, err = chantest.Await(p, s.AcquireFuture(n)); err != nil {
				return err
			}
		}
		if got := held.Add(int64(n)); got > 5 {
			return errors.New("more than 5 permits are held")
		}
		held.Add(-int64(n))
		if part, ok := permit.Split(n / 2); ok {
			part.Release()
		}
		permit.Release()
		return nil
	})
	requireAvailable(t, s, 5)
}

// TestNotificationsInStressAreNotLost has a queue of values, as a number, and consumers that
// wait for a Notify. Each value that is added notifies one consumer. Consumers give up at
// random while they wait.
func TestNotificationsInStressAreNotLost(t *testing.T) {
	var n lock.Notify
	var queue atomic.Int64
	values := goroutines * rounds()
	var consumed atomic.Int64
	var consumers sync.WaitGroup
	for i := range 3 {
		consumers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 5))
			p, mock := chantest.NewGoroutineTask(), edotest.NewTask()
			for consumed.Load() < int64(values) {
				if q := queue.Load(); q > 0 {
					if queue.CompareAndSwap(q, q-1) && consumed.Add(1) == int64(values) {
						n.NotifyAll() // all consumers end
						n.NotifyOne()
					}
					continue
				}
				if r.IntN(3) == 0 {
					pollOrDrop(r, mock, n.WaitFuture())
					// If it was notified, it acts on that: it reads queue again.
					continue
				}
				f := n.WaitFuture()
				if queue.Load() > 0 || consumed.Load() == int64(values) {
					f.Drop()
					continue
				}
				if _, err := chantest.Await(p, f); err != nil {
					t.Error(err)
				}
			}
			n.NotifyOne() // the next consumer ends
		})
	}
	stress(t, func(*rand.Rand, *chantest.GoroutineTask, *edotest.Task) error {
		queue.Add(1)
		n.NotifyOne()
		return nil
	})
	consumers.Wait()
	if got := consumed.Load(); got != int64(values) {
		t.Fatalf("consumed %d of %d", got, values)
	}
	requireRules(t, &n)
}

func TestBarrierInStressHasOneLeaderPerGeneration(t *testing.T) {
	b := lock.NewBarrier(goroutines + 1) // so that no task passes that gives up
	stress(t, func(r *rand.Rand, p *chantest.GoroutineTask, mock *edotest.Task) error {
		if _, ok := pollOrDrop(r, mock, b.WaitFuture()); ok {
			return errors.New("a task passed the barrier although one is missing")
		}
		return nil
	})
	requireRules(t, b)

	b = lock.NewBarrier(goroutines)
	var leaders atomic.Int64
	const generations = 300
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			p := chantest.NewGoroutineTask()
			for range generations {
				leader, err := chantest.Await(p, b.WaitFuture())
				if err != nil {
					t.Error(err)
				}
				if leader {
					leaders.Add(1)
				}
			}
		})
	}
	all.Wait()
	if got := leaders.Load(); got != generations {
		t.Fatalf("%d leaders of %d generations", got, generations)
	}
	requireRules(t, b)
}
