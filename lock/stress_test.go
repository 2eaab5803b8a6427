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

// The stress tests have plain goroutines drive tasks, so that operations meet inside
// of polls.

const goroutines = 6

// rounds is how often each goroutine does something.
func rounds() int {
	if testing.Short() || invariant.Enabled {
		return 500
	}
	return 3000
}

// stress runs fn in several goroutines, each with a task to wait with and one to give
// up with.
func stress(t *testing.T, fn func(r *rand.Rand, p *chantest.GoroutineTask, mock *edotest.Task) error) {
	t.Helper()
	var all sync.WaitGroup
	for i := range goroutines {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 4))
			p, mock := chantest.NewGoroutineTask(), edotest.NewTask()
			for range rounds() {
				if err := fn(r, p, mock); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// tryFor polls f, gives it up if it is not ready, and says which.
func tryFor[T any](r *rand.Rand, mock *edotest.Task, f edo.Future[T]) (v T, ok bool) {
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
	var inside int // the race detector and the count see two holders
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
			if g, ok = tryFor(r, mock, m.LockFuture()); !ok {
				return nil
			}
		case 2:
			var err error
			if g, err = chantest.Await(p, m.LockFuture()); err != nil {
				return err
			}
		}
		if inside++; inside != 1 {
			return errors.New("two hold the lock")
		}
		inside--
		g.Unlock()
		return nil
	})
	sound(t, &m)
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
		_ = value // the race detector sees a writer
		readers.Add(-1)
		g.Unlock()
	}
	stress(t, func(r *rand.Rand, p *chantest.GoroutineTask, mock *edotest.Task) error {
		switch r.IntN(5) {
		case 0:
			if g, ok := tryFor(r, mock, m.LockFuture()); ok {
				value++
				g.Unlock()
			}
		case 1:
			if g, ok := tryFor(r, mock, m.RLockFuture()); ok {
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
	sound(t, &m)
	if !m.TryLock() {
		t.Fatal("a lock was lost")
	}
}

func TestPermitsInStressAreAllBack(t *testing.T) {
	s := lock.NewSemaphore(5)
	var out atomic.Int64
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
			if permit, ok = tryFor(r, mock, s.AcquireFuture(n)); !ok {
				return nil
			}
		default:
			var err error
			if permit, err = chantest.Await(p, s.AcquireFuture(n)); err != nil {
				return err
			}
		}
		if got := out.Add(int64(n)); got > 5 {
			return errors.New("more than 5 permits are out")
		}
		out.Add(-int64(n))
		if part, ok := permit.Split(n / 2); ok {
			part.Release()
		}
		permit.Release()
		return nil
	})
	available(t, s, 5)
}

// TestNotificationsInStressAreNotLost has a queue whose takers wait for a Notify:
// each put notifies one, and each taker that has taken notifies the next if there is
// more. Takers give up at random while they wait.
func TestNotificationsInStressAreNotLost(t *testing.T) {
	var n lock.Notify
	var queue atomic.Int64
	puts := goroutines * rounds()
	var taken atomic.Int64
	var takers sync.WaitGroup
	for i := range 3 {
		takers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 5))
			p, mock := chantest.NewGoroutineTask(), edotest.NewTask()
			for taken.Load() < int64(puts) {
				if q := queue.Load(); q > 0 {
					if queue.CompareAndSwap(q, q-1) && taken.Add(1) == int64(puts) {
						n.NotifyAll() // the end
						n.NotifyOne()
					}
					continue
				}
				if r.IntN(3) == 0 {
					tryFor(r, mock, n.WaitFuture())
					// What it was told, if it was ready, it acts on: it looks again.
					continue
				}
				f := n.WaitFuture()
				if queue.Load() > 0 || taken.Load() == int64(puts) {
					f.Drop()
					continue
				}
				if _, err := chantest.Await(p, f); err != nil {
					t.Error(err)
				}
			}
			n.NotifyOne() // the end, for the next
		})
	}
	stress(t, func(*rand.Rand, *chantest.GoroutineTask, *edotest.Task) error {
		queue.Add(1)
		n.NotifyOne()
		return nil
	})
	takers.Wait()
	if got := taken.Load(); got != int64(puts) {
		t.Fatalf("taken %d of %d", got, puts)
	}
	sound(t, &n)
}

func TestBarrierInStressHasOneLeaderPerGeneration(t *testing.T) {
	b := lock.NewBarrier(goroutines + 1) // so that nobody passes who comes and goes
	stress(t, func(r *rand.Rand, p *chantest.GoroutineTask, mock *edotest.Task) error {
		if _, ok := tryFor(r, mock, b.WaitFuture()); ok {
			return errors.New("a barrier was passed with one missing")
		}
		return nil
	})
	sound(t, b)

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
	sound(t, b)
}
