package mpsc

import (
	"iter"

	"github.com/edo-go/edo/internal/discard"
)

// edo drops permits with a message that no task will receive.
var (
	_ discard.Owned = (*Permit[int])(nil)
	_ discard.Owned = (*Permits[int])(nil)
)

type oneOwner = discard.OneOwner

// Permit is room for one message. Its owner sends with it without waiting, whatever happens
// to the channel meanwhile, or drops it. [Sender.Reserve] and the other reserves return
// permits. While a permit is out the channel holds a message less, and does not end, even
// when every handle is closed: a forgotten permit keeps the receiver waiting. Any goroutine
// may use it. It is good for one message.
type Permit[T any] struct {
	//lint:ignore U1000 its method is looked for by package discard
	oneOwner
	ch  *channel[T]
	out bool // neither used nor given back; guarded by the channel's lock
}

// Send sends v, behind the messages that were sent before, and uses the permit up. It never waits, and
// succeeds also after the receiver's Close, and after all handles were closed: v is
// received then. The error matches [edo.ErrClosed] when the permit was used or given back
// before, or the receiver was dropped. Then v is still the caller's.
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
	//lint:ignore U1000 its method is looked for by package discard
	oneOwner
	ch   *channel[T]
	left uint32 // guarded by the channel's lock
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
	p.ch.returnPermits(n)
}

// sendWithPermit sends v with a permit that is out. The caller holds the lock, and
// sendWithPermit releases it.
func (c *channel[T]) sendWithPermit(v T) error {
	c.capacity++
	if c.dropped {
		c.mu.Unlock()
		return errClosed
	}
	if c.tail == c.stop {
		c.released = max(c.released, c.consumed.Load()) // so that tailSegmentEnd sees free slots
		c.tailSegmentEnd()
		c.stop = c.tail + 1
	}
	c.sendLocked(nil, v)
	return nil
}

// returnPermits frees the slots of n permits, and serves the line (rule 3). The caller holds
// the lock, and returnPermits releases it.
func (c *channel[T]) returnPermits(n uint32) {
	c.capacity += uint64(n)
	c.serveLine(nil)
}

// takePermits takes n slots for permits. Otherwise it returns errFull, errClosed, or
// errSenderClosed. An n of 0 needs no room. Locked.
func (c *channel[T]) takePermits(tx *Sender[T], n uint32) error {
	switch {
	case tx.ended:
		return errSenderClosed
	case c.closed.Load():
		return errClosed
	case n == 0:
		return nil
	case !c.line.Empty():
		return errFull
	}
	if c.freeSlots() < uint64(n) {
		c.released = max(c.released, c.consumed.Load())
		if c.freeSlots() < uint64(n) {
			return errFull
		}
	}
	c.collectSlots(uint64(n))
	return nil
}

// freeSlots returns how many slots are free, as far as released tells. Locked, with an empty
// line.
func (c *channel[T]) freeSlots() uint64 { return c.released + c.capacity - c.tail }

// collectSlots takes n of the free slots off the capacity. Locked, with an empty line.
func (c *channel[T]) collectSlots(n uint64) {
	c.capacity -= n
	c.stop = min(c.stop, c.released+c.capacity)
}

// requestPermits takes n slots for permits, or puts w in line, with the free slots as its
// first ones. Locked.
func (c *channel[T]) requestPermits(w *waiter[T], n uint32) (joined bool, err error) {
	if err := c.takePermits(w.tx, n); err != errFull {
		return false, err
	}
	w.need = n
	if c.line.Empty() {
		c.announceWaiter() // rule 4
		if c.takePermits(w.tx, n) == nil {
			w.need = 0
			c.waiting.Store(false)
			return false, nil
		}
		free := uint32(c.freeSlots())
		c.collectSlots(uint64(free))
		w.need -= free
		w.got = free
	}
	c.line.push(w)
	return true, nil
}
