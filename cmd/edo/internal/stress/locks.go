package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
)

// locks spawns tasks that lock a Mutex and a RWMutex, in every way. They change plain memory
// under the lock: so the race detector finds accesses that the lock does not order.
func locks(r *round) program {
	c := r.spawner("lock")
	guards := r.account("lock: guards")
	return func(task *edo.Task, rng *rand.Rand) error {
		p := &lockPlay{spawner: c, guards: guards}
		return p.play(task, rng)
	}
}

// lockPlay is a Mutex and a RWMutex.
type lockPlay struct {
	*spawner
	guards    *account
	lateTasks lateTasks // tasks that own a guard

	mutex lock.Mutex
	under work

	rw      lock.RWMutex
	written work
	readers atomic.Int64
}

// work is memory that one task at a time changes.
type work struct {
	room  *room
	steps int          // plain memory
	done  atomic.Int64 // the same number, atomic: no step can be lost
}

// do does one step. The lock is held.
func (w *work) do(task *edo.Task, rng *rand.Rand) error {
	w.room.enter(1)
	defer w.room.leave(1)
	w.done.Add(1)
	n := w.steps
	err := dawdle(task, rng)
	w.steps = n + 1
	return err
}

// check compares the two numbers. The lock is held, or not needed any more.
func (w *work) check() error {
	if n := w.done.Load(); int64(w.steps) != n {
		return fmt.Errorf("%s: %d of %d steps were lost", w.room.name, n-int64(w.steps), n)
	}
	return nil
}

func (p *lockPlay) play(task *edo.Task, rng *rand.Rand) error {
	p.under.room = newRoom(&p.ledger, "lock: a mutex", 1)
	p.written.room = newRoom(&p.ledger, "lock: the writers", 1)
	handles := p.spawnTurns(task, rng, turns{
		tasks: 10, turns: 12, turn: p.turn, futures: 4, aborted: 6,
		future: func(rng *rand.Rand, n int) edo.Future[edo.Unit] { return &locking{p: p, rng: rng, left: n} },
	})
	if err := errors.Join(joinAll(p.round, task, handles), p.lateTasks.join(p.round, task)); err != nil {
		return err
	}
	return p.check()
}

// check checks, after all tasks have ended, that no lock is held.
func (p *lockPlay) check() error {
	if !p.mutex.TryLock() || !p.rw.TryLock() {
		return errors.New("lock: one is held, and all that have used it have ended")
	}
	return errors.Join(p.under.check(), p.written.check())
}

// turn locks once, in one of several ways.
func (p *lockPlay) turn(task *edo.Task, rng *rand.Rand) error {
	switch rng.IntN(9) {
	case 0:
		if !p.mutex.TryLock() {
			return edo.Yield(task)
		}
		defer p.mutex.Unlock()
		return p.under.do(task, rng)
	case 1: // a guard that is moved to another task
		f := p.mutex.LockFuture()
		guard, err := edo.Await(task, f)
		f.Drop()
		if err != nil {
			return err
		}
		owned := &guarded{guard, p.guards.open()}
		h := p.start(task, rng, func(task *edo.Task, rng *rand.Rand) error { return p.under.do(task, rng) }, owned)
		p.abort(rng, 3, h)
		p.lateTasks.add(h)
		return nil // without waiting for it
	case 2:
		if err := p.mutex.Lock(task); err != nil {
			return err
		}
		defer p.mutex.Guard().Drop()
		if oneIn(rng, 10) {
			return p.misbehave(rng)
		}
		return p.under.do(task, rng)
	case 3, 4:
		if err := p.mutex.Lock(task); err != nil {
			return err
		}
		defer p.mutex.Unlock()
		return p.under.do(task, rng)
	case 5:
		if err := p.rw.Lock(task); err != nil {
			return err
		}
		if err := p.write(task, rng); err != nil || oneIn(rng, 2) {
			p.rw.Unlock()
			return err
		}
		n := p.written.steps
		p.rw.Downgrade()
		defer p.rw.RUnlock()
		if err := p.read(task, rng); err != nil {
			return err
		}
		if p.written.steps != n {
			return errors.New("lock: a writer came between a downgrade")
		}
		return nil
	case 6:
		if !p.rw.TryRLock() {
			return edo.Yield(task)
		}
	default:
		if err := p.rw.RLock(task); err != nil {
			return err
		}
	}
	defer p.rw.RUnlock()
	return p.read(task, rng)
}

// write does one step. The lock is held for writing.
func (p *lockPlay) write(task *edo.Task, rng *rand.Rand) error {
	if n := p.readers.Load(); n != 0 {
		return fmt.Errorf("lock: %d readers beside a writer", n)
	}
	return p.written.do(task, rng)
}

// read checks that no writer works. The lock is held for reading.
func (p *lockPlay) read(task *edo.Task, rng *rand.Rand) error {
	p.readers.Add(1)
	defer p.readers.Add(-1)
	before := p.written.steps
	err := dawdle(task, rng)
	if p.written.room.inside.Load() != 0 || p.written.steps != before {
		return errors.New("lock: a writer beside a reader")
	}
	return errors.Join(err, p.written.check())
}

// guarded is a guard that a task owns.
type guarded struct {
	guard *lock.Guard
	open  *token
}

func (g *guarded) Drop() {
	g.guard.Drop()
	g.open.end()
}

// locking works without a stack, by a LockFuture that it reuses.
type locking struct {
	p     *lockPlay
	rng   *rand.Rand
	left  int
	f     lock.LockFuture
	kind  int // the lock that it waits for, or has; 0: none
	guard *lock.Guard
	steps int // the number when it got the lock
}

func (f *locking) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.guard != nil { // from the poll before
		if err := f.release(); err != nil {
			return edo.Unit{}, edo.Ready, err
		}
	}
	if f.kind == 0 {
		if f.left == 0 {
			return edo.Unit{}, edo.Ready, nil
		}
		f.request()
	}
	guard, p, err := f.f.Poll(cx)
	if p == edo.Pending || err != nil {
		return edo.Unit{}, p, err
	}
	f.guard = guard
	f.enter()
	f.p.outside.do(cx.Waker().Wake)
	return edo.Unit{}, edo.Pending, nil
}

// request requests a lock.
func (f *locking) request() {
	f.kind = 1 + f.rng.IntN(3)
	f.left--
	switch f.kind {
	case 1:
		f.f.Reset(&f.p.mutex)
	case 2:
		f.f.ResetWrite(&f.p.rw)
	case 3:
		f.f.ResetRead(&f.p.rw)
	}
}

func (f *locking) work() *work {
	if f.kind == 1 {
		return &f.p.under
	}
	return &f.p.written
}

// enter begins to work with the lock.
func (f *locking) enter() {
	w := f.work()
	f.steps = w.steps
	if f.kind == 3 {
		f.p.readers.Add(1)
	} else {
		w.room.enter(1)
		w.done.Add(1)
	}
}

// release ends the work.
func (f *locking) release() (err error) {
	w := f.work()
	if w.steps != f.steps {
		err = fmt.Errorf("%s: another task has worked while one held the lock", w.room.name)
	}
	if f.kind == 3 {
		f.p.readers.Add(-1)
	} else {
		w.steps++
		w.room.leave(1)
	}
	f.guard.Unlock()
	f.guard, f.kind = nil, 0
	return err
}

func (f *locking) Drop() {
	f.f.Drop()
	if f.guard != nil {
		if err := f.release(); err != nil {
			f.p.fault("%v", err)
		}
	}
}
