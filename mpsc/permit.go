package mpsc

import (
	"iter"

	"github.com/edo-go/edo/internal/discard"
)

// Permit is room for one message, which is its owner's: it sends without waiting,
// whatever happens to the channel meanwhile, or is dropped. [Sender.Reserve] and its
// like give permits. While one is out the channel holds a message less, and does not
// end, even when every handle is closed: whoever forgets a permit keeps the receiver
// waiting. Any goroutine may use it; it is good for one message.
type Permit[T any] struct {
	_   discard.OneOwner
	ch  *channel[T]
	out bool // neither used nor given back; guarded by the channel's lock
}

// Send sends v, behind what was sent before, and uses the permit up. It never waits, and
// succeeds also after the receiver's Close, and after all handles were closed: v is
// received then. The error matches [edo.ErrClosed]: the permit was used or given back
// before, or the receiver was dropped, so that nobody can receive. Then v is still the
// caller's.
func (p *Permit[T]) Send(v T) error {
	p.ch.mu.Lock()
	if !p.out {
		p.ch.mu.Unlock()
		return errUsed
	}
	p.out = false
	return p.ch.spend(v)
}

// Drop gives the permit back, if it was not used: to the first in line, if there is one.
func (p *Permit[T]) Drop() {
	p.ch.mu.Lock()
	if !p.out {
		p.ch.mu.Unlock()
		return
	}
	p.out = false
	p.ch.giveUp(1)
}

// Permits are several permits in one, from [Sender.ReserveMany]. Each is sent with, or
// taken out to be somebody else's; Drop gives back what is left. Otherwise they are as a
// [Permit]. Any goroutine may use them.
type Permits[T any] struct {
	_    discard.OneOwner
	ch   *channel[T]
	left uint32 // guarded by the channel's lock
}

// Send sends v with one of the permits, as [Permit.Send] does. The error says also that
// none is left.
func (p *Permits[T]) Send(v T) error {
	p.ch.mu.Lock()
	if p.left == 0 {
		p.ch.mu.Unlock()
		return errUsed
	}
	p.left--
	return p.ch.spend(v)
}

// Next takes one of the permits out. ok is false when none is left.
func (p *Permits[T]) Next() (permit *Permit[T], ok bool) {
	p.ch.mu.Lock()
	defer p.ch.mu.Unlock()
	if p.left == 0 {
		return nil, false
	}
	p.left--
	return &Permit[T]{ch: p.ch, out: true}, true
}

// All takes the permits out, one after the other. Those that a loop does not come to
// stay.
func (p *Permits[T]) All() iter.Seq[*Permit[T]] {
	return func(yield func(*Permit[T]) bool) {
		for permit, ok := p.Next(); ok && yield(permit); permit, ok = p.Next() {
		}
	}
}

// Len returns how many are left.
func (p *Permits[T]) Len() int {
	p.ch.mu.Lock()
	defer p.ch.mu.Unlock()
	return int(p.left)
}

// Drop gives back those that are left.
func (p *Permits[T]) Drop() {
	p.ch.mu.Lock()
	n := p.left
	if n == 0 {
		p.ch.mu.Unlock()
		return
	}
	p.left = 0
	p.ch.giveUp(n)
}

// spend sends v with a permit that is out. It is called with the lock, and lets go of
// it.
func (c *channel[T]) spend(v T) error {
	c.capacity++
	if c.dropped {
		c.mu.Unlock()
		return errClosed
	}
	if c.tail == c.stop {
		c.released = max(c.released, c.consumed.Load()) // or fit may not see that it fits
		c.fit()
		c.put(v)
		c.stop = c.tail
	} else {
		c.put(v)
	}
	rx := c.takeRx()
	c.mu.Unlock()
	rx.Wake()
	return nil
}

// giveUp frees the slots of n permits. It is called with the lock, and lets go of it.
func (c *channel[T]) giveUp(n uint32) {
	c.capacity += uint64(n)
	c.serve(nil)
}

// admit takes n slots for permits, or says why it does not: errFull, errClosed, or
// errEnded. None needs no room. Locked.
func (c *channel[T]) admit(tx *Sender[T], n uint32) error {
	switch {
	case tx.ended:
		return errEnded
	case c.closed.Load():
		return errClosed
	case n == 0:
		return nil
	case c.line.first != nil:
		return errFull
	}
	if c.room() < uint64(n) {
		c.released = max(c.released, c.consumed.Load())
		if c.room() < uint64(n) {
			return errFull
		}
	}
	c.collect(uint64(n))
	return nil
}

// room is how many slots are free, as far as released says. Locked, with nobody in line.
func (c *channel[T]) room() uint64 { return c.released + c.capacity - c.tail }

// collect takes n of the free slots off the capacity. Locked, with nobody in line.
func (c *channel[T]) collect(n uint64) {
	c.capacity -= n
	c.stop = min(c.stop, c.released+c.capacity)
}

// request takes n slots for permits, or puts w in line, with those slots that are free
// as its first ones. Locked.
func (c *channel[T]) request(w *waiter[T], n uint32) (joined bool, err error) {
	if err := c.admit(w.via, n); err != errFull {
		return false, err
	}
	w.need = n
	if c.line.first == nil {
		c.announce()
		if c.admit(w.via, n) == nil {
			w.need = 0
			c.waiting.Store(false)
			return false, nil
		}
		free := uint32(c.room())
		c.collect(uint64(free))
		w.need -= free
		w.got = free
	}
	c.line.push(w)
	return true, nil
}
