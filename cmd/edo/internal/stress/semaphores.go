package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
)

// semaphores has tasks take permits of a semaphore, few and many, divide them, give them
// back, forget them and add to them, and close it at times.
func semaphores(r *round) program {
	c := r.crew("semaphore")
	return func(task *edo.Task, rng *rand.Rand) error {
		return newSemaphorePlay(c, 1+rng.IntN(8)).play(task, rng)
	}
}

// semaphorePlay is one semaphore. Its permits never get less than most, at which nobody
// would ever get so many.
type semaphorePlay struct {
	*crew
	sem    *lock.Semaphore
	most   int
	room   *room        // its size is how many permits were made
	lost   atomic.Int64 // permits that were taken away
	closed atomic.Bool  // or about to be
	heirs  heirs        // tasks with a part of a permit
}

func newSemaphorePlay(c *crew, n int) *semaphorePlay {
	return &semaphorePlay{crew: c, most: n, sem: lock.NewSemaphore(n), room: newRoom(&c.ledger, "semaphore: its permits", n)}
}

func (p *semaphorePlay) play(task *edo.Task, rng *rand.Rand) error {
	var handles []*edo.JoinHandle[edo.Unit]
	for range 1 + rng.IntN(12) {
		n := rng.IntN(12)
		var h *edo.JoinHandle[edo.Unit]
		if oneIn(rng, 4) {
			h = p.drive(task, &acquiring{p: p, rng: fork(rng), left: n})
		} else {
			h = p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
				for range n {
					if err := p.turn(task, rng); err != nil {
						return p.over(err)
					}
				}
				return nil
			})
		}
		handles = append(handles, h)
		p.abort(rng, 6, h)
	}
	if oneIn(rng, 8) {
		p.closed.Store(true)
		p.outside.do(p.sem.Close)
	}
	if err := errors.Join(joinAll(p.round, task, handles), p.heirs.join(p.round, task)); err != nil {
		return err
	}
	return p.check()
}

// check compares the permits that are free with those that were made and taken away.
func (p *semaphorePlay) check() error {
	if n, want := int64(p.sem.Available()), p.room.size.Load()-p.lost.Load(); n != want {
		return fmt.Errorf("semaphore: %d permits are free instead of %d", n, want)
	}
	return nil
}

// over says what becomes of a task that gets err.
func (p *semaphorePlay) over(err error) error {
	if errors.Is(err, edo.ErrClosed) && p.closed.Load() {
		return nil
	}
	return err
}

// turn takes permits once, by some way.
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
	case 1: // more permits, of which some are taken away again
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

// divide takes a permit for n apart, and gives the parts back.
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
		p.heirs.add(h)
		return nil // and does not wait for it
	case 2: // others are made for those that are forgotten: the room counts both
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

// holding is a permit that counts as inside until it is dropped. That may be twice.
type holding struct {
	p      *semaphorePlay
	permit *lock.Permit
}

func (h *holding) Drop() {
	h.p.room.leave(h.permit.Count())
	h.permit.Drop()
}

// acquiring takes permits without a stack, by an AcquireFuture that it uses again and
// again.
type acquiring struct {
	p      *semaphorePlay
	rng    *rand.Rand
	left   int
	f      lock.AcquireFuture
	asked  bool
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
	if !f.asked {
		f.f.Reset(f.p.sem, f.rng.IntN(f.p.most+1))
		f.asked = true
	}
	permit, p, err := f.f.Poll(cx)
	if p == edo.Pending {
		return edo.Unit{}, p, nil
	}
	f.asked = false
	f.left--
	if err != nil {
		return edo.Unit{}, edo.Ready, f.p.over(err)
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
