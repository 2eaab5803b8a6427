package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
)

// semaphores spawns tasks that acquire permits of a semaphore, few and many, divide them,
// release them, forget them, add some, and close the semaphore at times.
func semaphores(r *round) program {
	c := r.spawner("semaphore")
	return func(task *edo.Task, rng *rand.Rand) error {
		return newSemaphorePlay(c, 1+rng.IntN(8)).play(task, rng)
	}
}

// semaphorePlay is one semaphore. It always has at least most permits: with less, a task
// that acquires most would wait for ever.
type semaphorePlay struct {
	*spawner
	sem       *lock.Semaphore
	most      int
	room      *room        // its size is the number of permits that were made
	lost      atomic.Int64 // permits that were forgotten
	closed    atomic.Bool  // closed, or about to be
	lateTasks lateTasks    // tasks that own a part of a permit
}

func newSemaphorePlay(c *spawner, n int) *semaphorePlay {
	return &semaphorePlay{spawner: c, most: n, sem: lock.NewSemaphore(n), room: newRoom(&c.ledger, "semaphore: its permits", n)}
}

func (p *semaphorePlay) play(task *edo.Task, rng *rand.Rand) error {
	handles := p.spawnTurns(task, rng, turns{
		tasks: 12, turns: 12, turn: p.turn, ignore: p.ignoreClosed, futures: 4, aborted: 6,
		future: func(rng *rand.Rand, n int) edo.Future[edo.Unit] { return &acquiring{p: p, rng: rng, left: n} },
	})
	if oneIn(rng, 8) {
		p.closed.Store(true)
		p.outside.do(p.sem.Close)
	}
	if err := errors.Join(joinAll(p.round, task, handles), p.lateTasks.join(p.round, task)); err != nil {
		return err
	}
	return p.check()
}

// check compares the permits that are free with those that were made and not forgotten.
func (p *semaphorePlay) check() error {
	if n, want := int64(p.sem.Available()), p.room.size.Load()-p.lost.Load(); n != want {
		return fmt.Errorf("semaphore: %d permits are free instead of %d", n, want)
	}
	return nil
}

// ignoreClosed returns the error of a task that has got err.
func (p *semaphorePlay) ignoreClosed(err error) error {
	if errors.Is(err, edo.ErrClosed) && p.closed.Load() {
		return nil
	}
	return err
}

// turn acquires permits once, in one of several ways.
func (p *semaphorePlay) turn(task *edo.Task, rng *rand.Rand) error {
	n := rng.IntN(p.most + 1)
	switch rng.IntN(8) {
	case 0:
		err := p.sem.TryAcquire(n)
		if errors.Is(err, edo.ErrEmpty) {
			return edo.Yield(task)
		}
		if err != nil {
			return err
		}
	case 1: // two permits more, of which one is forgotten
		p.room.size.Add(2)
		p.sem.AddPermits(2)
		p.lost.Add(int64(p.sem.ForgetPermits(1)))
		return nil
	case 2, 3:
		f := p.sem.AcquireFuture(n)
		permit, err := edo.Await(task, f)
		if err != nil {
			f.Drop()
			return err
		}
		return p.divide(task, rng, permit, n)
	default:
		if err := p.sem.Acquire(task, n); err != nil {
			return err
		}
	}
	p.room.enter(n)
	defer func() {
		p.room.leave(n)
		p.sem.Release(n)
	}()
	if oneIn(rng, 20) {
		return p.misbehave(rng)
	}
	return dawdle(task, rng)
}

// divide splits a permit for n, and drops the parts.
func (p *semaphorePlay) divide(task *edo.Task, rng *rand.Rand, permit *lock.Permit, n int) error {
	whole := &holding{p: p, permit: permit}
	p.room.enter(n)
	defer whole.Drop()
	if permit.Count() != n {
		return fmt.Errorf("semaphore: a permit for %d is for %d", n, permit.Count())
	}
	part, ok := permit.Split(rng.IntN(n + 1))
	if !ok {
		return errors.New("semaphore: a permit could not be split")
	}
	other := &holding{p: p, permit: part}
	switch rng.IntN(4) {
	case 0:
		permit.Merge(part)
	case 1:
		h := p.start(task, rng, dawdle, other)
		p.abort(rng, 3, h)
		p.lateTasks.add(h)
		return nil // without waiting for it
	case 2: // forgotten permits are replaced: meanwhile the room counts both
		k := part.Count()
		p.room.size.Add(int64(k))
		p.lost.Add(int64(k))
		part.Forget()
		p.sem.AddPermits(k)
		p.room.leave(k)
		p.room.size.Add(int64(-k))
		p.lost.Add(int64(-k))
	}
	defer other.Drop()
	return dawdle(task, rng)
}

// holding is a permit that counts as inside until it is dropped. It may be dropped twice.
type holding struct {
	p      *semaphorePlay
	permit *lock.Permit
}

func (h *holding) Drop() {
	h.p.room.leave(h.permit.Count())
	h.permit.Drop()
}

// acquiring acquires permits without a stack, by an AcquireFuture that it reuses.
type acquiring struct {
	p      *semaphorePlay
	rng    *rand.Rand
	left   int
	f      lock.AcquireFuture
	busy   bool // f waits
	permit *lock.Permit
}

func (f *acquiring) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.permit != nil { // since the poll before
		(&holding{f.p, f.permit}).Drop()
		f.permit = nil
	}
	if f.left == 0 {
		return edo.Unit{}, edo.Ready, nil
	}
	if !f.busy {
		f.f.Reset(f.p.sem, f.rng.IntN(f.p.most+1))
		f.busy = true
	}
	permit, p, err := f.f.Poll(cx)
	if p == edo.Pending {
		return edo.Unit{}, p, nil
	}
	f.busy = false
	f.left--
	if err != nil {
		return edo.Unit{}, edo.Ready, f.p.ignoreClosed(err)
	}
	f.permit = permit
	f.p.room.enter(permit.Count())
	f.p.outside.do(cx.Waker().Wake)
	return edo.Unit{}, edo.Pending, nil
}

func (f *acquiring) Drop() {
	f.f.Drop()
	if f.permit != nil {
		(&holding{f.p, f.permit}).Drop()
		f.permit = nil
	}
}
