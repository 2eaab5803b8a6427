package mpmc

import "iter"

// Permit is room for one message. Its owner sends with it without waiting, whatever happens
// to the channel meanwhile, or drops it. [Sender.Reserve] and the other reserves return
// permits. While a permit is out the channel holds a message less, and does not end, even
// when every handle is closed: a forgotten permit keeps the receivers waiting. Any goroutine
// may use it. It is good for one message.
type Permit[T any] struct {
	ch  *channel[T]
	out bool // neither used nor given back; guarded by the channel's lock
}

// Send sends v, behind the messages that were sent before, and uses the permit up. It never waits, and
// succeeds also after the receivers have closed the channel, and after all senders were
// closed: v is received then. The error matches [edo.ErrClosed] when the permit was used or
// given back before, or no receiver is left. Then v is still the caller's.
func (p *Permit[T]) Send(v T) error {
	p.ch.mu.Lock()
	if !p.out {
		p.ch.mu.Unlock()
		return errUsed
	}
	p.out = false
	return p.ch.sendWithPermit(v)
}

// Drop gives the permit back, if it was not used: to the first in line, if there is one.
func (p *Permit[T]) Drop() {
	p.ch.mu.Lock()
	if !p.out {
		p.ch.mu.Unlock()
		return
	}
	p.out = false
	p.ch.returnPermits(1)
}

// Permits are several permits in one, from [Sender.ReserveMany]. The owner sends with each,
// or takes it out for another owner. Drop gives back those that are left. Otherwise they are
// as a [Permit]. Any goroutine may use them.
type Permits[T any] struct {
	ch   *channel[T]
	left int // guarded by the channel's lock
}

// Send sends v with one of the permits, as [Permit.Send] does. It returns an error also when
// none is left.
func (p *Permits[T]) Send(v T) error {
	p.ch.mu.Lock()
	if p.left == 0 {
		p.ch.mu.Unlock()
		return errUsed
	}
	p.left--
	return p.ch.sendWithPermit(v)
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

// All takes the permits out, one after the other. Those that a loop does not reach stay.
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
	p.ch.returnPermits(n)
}

// sendWithPermit sends v with a permit that is out. The caller holds the lock, and
// sendWithPermit releases it.
func (c *channel[T]) sendWithPermit(v T) error {
	c.out--
	if c.dropped {
		c.mu.Unlock()
		return errClosed
	}
	first, beside := c.putValue(v)
	c.mu.Unlock()
	wakeBoth(nil, first, beside)
	return nil
}

// returnPermits frees the slots of n permits, and settles. The caller holds the lock, and
// returnPermits releases it.
func (c *channel[T]) returnPermits(n int) {
	c.out -= n
	c.settle(nil)
}

// takePermits takes n slots for permits. Otherwise it returns errFull, errClosed, or
// errSenderClosed. An n of 0 needs no room. Locked.
func (c *channel[T]) takePermits(tx *Sender[T], n int) error {
	switch {
	case tx.ended:
		return errSenderClosed
	case c.closed:
		return errClosed
	case n == 0:
		return nil
	case !c.offers.Empty() || c.freeSlots() < n:
		return errFull
	}
	c.out += n
	return nil
}

// prepareReserve makes w a reserve of n permits, with the free slots as its first ones. Locked,
// after takePermits has returned errFull. The caller puts w in line.
func (c *channel[T]) prepareReserve(w *offer[T], n int) {
	w.need, w.got = n, 0
	if c.offers.Empty() {
		w.got = c.freeSlots()
		w.need -= w.got
		c.out += w.got
	}
}
