package stress

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/timer"
)

// spawn spawns the task of s, which sends through tx.
func (p *permitPlay) spawn(task *edo.Task, rng *rand.Rand, s *sender, tx *handle, capacity int) *edo.JoinHandle[edo.Unit] {
	if oneIn(rng, 6) {
		return p.spawner.drive(task, &reserving{p: p, s: s, tx: tx})
	}
	step := []func(*edo.Task, *rand.Rand, *sender, *handle) error{
		p.reserveOne, p.tryReserve, p.sendTimeout, p.upgrade,
		func(task *edo.Task, rng *rand.Rand, s *sender, tx *handle) error {
			return p.reserveMany(task, rng, s, tx, capacity)
		},
	}
	only := rng.IntN(2 * len(step)) // the only step; not an index: a random one for each message
	return p.spawner.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
		for int(s.accepted.Load()) < s.n {
			i := only
			if i >= len(step) {
				i = rng.IntN(len(step))
			}
			if err := step[i](task, rng, s, tx); err != nil {
				return p.ignoreClosed(err)
			}
		}
		if oneIn(rng, 12) {
			return p.misbehave(rng)
		}
		return nil
	}, tx)
}

// use sends with a permit, after a while, or has another task do so, or gives it back.
func (p *permitPlay) use(task *edo.Task, rng *rand.Rand, s *sender, t *slot) error {
	switch rng.IntN(10) {
	case 0:
		t.Drop()
		return nil
	case 1:
		h := p.spawner.start(task, rng, func(*edo.Task, *rand.Rand) error { return p.ignoreClosed(t.send(s)) }, t)
		p.spawner.abort(rng, 3, h)
		_, err := h.Await(task)
		if task.Err() != nil {
			p.lateTasks.add(h)
		} else if errors.Is(err, edo.ErrCancelled) {
			return nil // it was aborted before it ran, and its permit was dropped
		}
		return err
	case 2, 3:
		if err := dawdle(task, rng); err != nil {
			t.Drop()
			return err
		}
	}
	return t.send(s)
}

func (p *permitPlay) reserveOne(task *edo.Task, rng *rand.Rand, s *sender, tx *handle) error {
	permit, err := tx.Reserve(task)
	if err != nil {
		return err
	}
	return p.use(task, rng, s, p.slot(permit))
}

func (p *permitPlay) tryReserve(task *edo.Task, rng *rand.Rand, s *sender, tx *handle) error {
	permit, err := tx.TryReserve()
	if errors.Is(err, edo.ErrFull) {
		return edo.Yield(task)
	}
	if err != nil {
		return err
	}
	return p.use(task, rng, s, p.slot(permit))
}

// reserveMany reserves several permits, and uses some of them.
func (p *permitPlay) reserveMany(task *edo.Task, rng *rand.Rand, s *sender, tx *handle, capacity int) error {
	var all *mpsc.Permits[*message]
	var err error
	n := rng.IntN(capacity + 1)
	if oneIn(rng, 4) {
		if all, err = tx.TryReserveMany(n); errors.Is(err, edo.ErrFull) {
			return edo.Yield(task)
		}
	} else {
		all, err = tx.ReserveMany(task, n)
	}
	if err != nil {
		return err
	}
	defer all.Drop()
	if all.Len() != n {
		return fmt.Errorf("permits: %d were given instead of %d", all.Len(), n)
	}
	// The permits in all count neither as held nor as out until All returns them.
	for permit := range all.All() {
		t := p.slot(permit)
		if int(s.accepted.Load()) == s.n {
			t.Drop()
			break
		}
		if err := p.use(task, rng, s, t); err != nil {
			return err
		}
	}
	return nil
}

// sendTimeout sends a message, unless that takes too long.
func (p *permitPlay) sendTimeout(task *edo.Task, rng *rand.Rand, s *sender, tx *handle) error {
	m := p.message(s.id, int(s.accepted.Load()))
	err := tx.SendTimeout(task, m, time.Duration(rng.IntN(2000)-200)*time.Microsecond)
	if err == nil {
		p.held.enter(1)
		s.accepted.Add(1)
		return nil
	}
	m.end() // the sender has it again
	if errors.Is(err, context.DeadlineExceeded) {
		return edo.Yield(task)
	}
	return err
}

// upgrade sends through a handle that it upgrades from a weak one.
func (p *permitPlay) upgrade(task *edo.Task, rng *rand.Rand, s *sender, tx *handle) error {
	weak := tx.Downgrade()
	defer weak.Drop()
	strong, ok := weak.Upgrade()
	if !ok {
		return errors.New("permits: a handle is open, and a weak one cannot be upgraded")
	}
	h := p.handle(strong)
	defer h.Drop()
	return p.sendTimeout(task, rng, s, h)
}

// weak spawns a task that upgrades w again and again until the channel has ended.
func (p *permitPlay) weak(task *edo.Task, rng *rand.Rand, w *mpsc.WeakSender[*message]) *edo.JoinHandle[edo.Unit] {
	return p.spawner.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
		for {
			// Upgrade before the counts are read: a handle must not be made in between.
			strong, ok := w.Upgrade()
			if !ok {
				if n, out := p.open.Load(), p.out.Load(); n != 0 || out != 0 {
					return fmt.Errorf("permits: an upgrade failed with %d handles open and %d permits out", n, out)
				}
				return nil
			}
			strong.Close()
			if err := timer.Sleep(task, time.Duration(rng.IntN(3))*time.Millisecond); err != nil {
				return err
			}
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
	}, w)
}

// reserving sends without a stack, by a ReserveFuture that it reuses.
type reserving struct {
	p    *permitPlay
	s    *sender
	tx   *handle
	f    mpsc.ReserveFuture[*message]
	busy bool
}

func (f *reserving) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for int(f.s.accepted.Load()) < f.s.n {
		if !f.busy {
			f.f.Reset(f.tx.Sender)
			f.busy = true
		}
		permit, poll, err := f.f.Poll(cx)
		if poll == edo.Pending {
			return edo.Unit{}, poll, nil
		}
		f.busy = false
		if err == nil {
			err = f.p.slot(permit).send(f.s)
		}
		if err != nil {
			return edo.Unit{}, edo.Ready, f.p.ignoreClosed(err)
		}
	}
	return edo.Unit{}, edo.Ready, nil
}

func (f *reserving) Drop() {
	f.f.Drop()
	f.tx.Drop()
}
