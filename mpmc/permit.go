package mpmc

import "iter"

// Permit is room for one message, which is its owner's: it sends without waiting, whatever
// happens to the channel meanwhile, or is dropped. [Sender.Reserve] and its like give
// permits. While one is out the channel holds a message less, and does not end, even when
// every handle is closed: a permit that is forgotten keeps the receivers waiting. Any
// goroutine may use it; it is good for one message.
type Permit[T any] struct {
	ch  *channel[T]
	out bool // neither used nor given back; guarded by the channel's lock
}

// Send sends v, behind what was sent before, and uses the permit up. It never waits, and
// succeeds also after the receivers have closed the channel, and after all senders were
// closed: v is received then. The error matches [edo.ErrClosed]: the permit was used or
// given back before, or no receiver is left. Then v is still the caller's.
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
// taken out to be owned elsewhere; Drop gives back what is left. Otherwise they are as a
// [Permit]. Any goroutine may use them.
type Permits[T any] struct {
	ch   *channel[T]
	left int // guarded by the channel's lock
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

// All takes the permits out, one after the other. Those that a loop does not come to stay.
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
	return p.left
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

// spend sends v with a permit that is out. It is called with the lock, and lets go of it.
func (c *channel[T]) spend(v T) error {
	c.out--
	if c.dropped {
		c.mu.Unlock()
		return errClosed
	}
	first, beside := c.put(v)
	c.mu.Unlock()
	wakeBoth(nil, first, beside)
	return nil
}

// giveUp frees the slots of n permits. It is called with the lock, and lets go of it.
func (c *channel[T]) giveUp(n int) {
	c.out -= n
	c.settle(nil)
}

// admit takes n slots for permits, or says why it does not: errFull, errClosed, or
// errEnded. None needs no room. Locked.
func (c *channel[T]) admit(tx *Sender[T], n int) error {
	switch {
	case tx.ended:
		return errEnded
	case c.closed:
		return errClosed
	case n == 0:
		return nil
	case c.sending.first != nil || c.free() < n:
		return errFull
	}
	c.out += n
	return nil
}

// queueReserve puts w in line for n permits, with those slots that are free as its first
// ones. Locked, after admit has said that the channel is full.
func (c *channel[T]) queueReserve(w *offer[T], n int) {
	w.need, w.got = n, 0
	if c.sending.first == nil {
		w.got = c.free()
		w.need -= w.got
		c.out += w.got
	}
}
