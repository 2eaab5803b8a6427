package mpsc

import (
	"fmt"
	"math"

	"github.com/edo-go/edo"
)

// countOf returns n as the number of permits to reserve, or an error: n is negative or
// more than there can ever be.
func (c *channel[T]) countOf(n int) (uint32, error) {
	if n < 0 || uint64(n) > min(c.limit, math.MaxUint32) {
		return 0, fmt.Errorf("mpsc: reserve of %d permits in a channel of capacity %d", n, c.maxCap())
	}
	return uint32(n), nil
}

// TryReserve returns a permit if there is room and nobody waits in line. It never waits.
// The error matches [edo.ErrFull] or [edo.ErrClosed].
func (tx *Sender[T]) TryReserve() (*Permit[T], error) {
	if err := tx.tryReserve(1); err != nil {
		return nil, err
	}
	return &Permit[T]{ch: tx.ch, out: true}, nil
}

// TryReserveMany returns n permits if there is room for all of them and nobody waits in
// line; for none there is always room. It never waits. The error matches [edo.ErrFull]
// or [edo.ErrClosed]; or n is negative or above the capacity.
func (tx *Sender[T]) TryReserveMany(n int) (*Permits[T], error) {
	m, err := tx.ch.countOf(n)
	if err == nil {
		err = tx.tryReserve(m)
	}
	if err != nil {
		return nil, err
	}
	return &Permits[T]{ch: tx.ch, left: m}, nil
}

func (tx *Sender[T]) tryReserve(n uint32) error {
	tx.ch.mu.Lock()
	defer tx.ch.mu.Unlock()
	return tx.ch.admit(tx, n)
}

// Reserve waits in line for room for one message, and returns it as a permit: so that
// what is expensive to make is made when it can be sent. The error matches
// [edo.ErrClosed] when the receiver, or this handle, was closed, and [edo.ErrCancelled]
// when the task was asked to end while it waited: then nothing is reserved. It
// allocates the permit, 16 bytes.
func (tx *Sender[T]) Reserve(task *edo.Task) (*Permit[T], error) {
	if err := tx.reserve(task, 1); err != nil {
		return nil, err
	}
	return &Permit[T]{ch: tx.ch, out: true}, nil
}

// ReserveMany is [Sender.Reserve] for n permits at once. It stands in the same line as
// everybody who sends, and is not overtaken: at its head it keeps each slot that becomes
// free, until it has n. To reserve none succeeds also when the channel is full. It is an
// error when n is negative or above the capacity.
func (tx *Sender[T]) ReserveMany(task *edo.Task, n int) (*Permits[T], error) {
	m, err := tx.ch.countOf(n)
	if err != nil {
		if ended := task.Proceed((*reserving[T])(tx)); ended != nil {
			err = ended
		}
		return nil, err
	}
	if err := tx.reserve(task, m); err != nil {
		return nil, err
	}
	return &Permits[T]{ch: tx.ch, left: m}, nil
}

func (tx *Sender[T]) reserve(task *edo.Task, n uint32) error {
	if err := task.Proceed((*reserving[T])(tx)); err != nil {
		return err
	}
	c := tx.ch
	c.mu.Lock()
	w := c.borrow(tx)
	joined, err := c.request(w, n)
	if !joined {
		c.giveBack(w)
		c.mu.Unlock()
		return err
	}
	c.mu.Unlock()
	return c.await(task, w, w)
}

// reserving is [sending], for a reserve.
type reserving[T any] Sender[T]

// reservation is what the futures of a reserve have in common.
type reservation[T any] struct {
	w waiter[T] // via is the sender
	n int
}

// reset begins anew.
func (r *reservation[T]) reset(tx *Sender[T], n int) {
	r.drop()
	r.w.via, r.n, r.w.phase = tx, n, holding
}

// poll is Ready when n permits are the caller's, or with an error.
func (r *reservation[T]) poll(cx *edo.Context) (edo.Poll, error) {
	w := &r.w
	switch w.phase {
	case holding:
		c := w.via.ch
		n, err := c.countOf(r.n)
		if err == nil {
			var joined bool
			c.mu.Lock()
			if joined, err = c.request(w, n); joined {
				w.waker = cx.Waker()
				c.mu.Unlock()
				w.phase = inLine
				return edo.Pending, nil
			}
			c.mu.Unlock()
		}
		w.phase = empty
		return edo.Ready, err
	case inLine:
		if w.Out(cx.Waker()) == edo.Pending {
			return edo.Pending, nil
		}
		state, got := w.state, w.got
		w.state, w.got, w.phase = outside, 0, empty
		if state == refused {
			w.need = 0
			return edo.Ready, errClosed
		}
		w.via.ch.aside.taken(got)
		return edo.Ready, nil
	}
	return edo.Ready, errPolled
}

// drop leaves the line, and gives back what was reserved when nobody has been told.
func (r *reservation[T]) drop() {
	w := &r.w
	before := w.phase
	w.phase = empty
	if before != inLine {
		return
	}
	c := w.via.ch
	c.mu.Lock()
	state, freed := c.leave(w)
	w.state, w.need, w.got = outside, 0, 0
	switch {
	case state == accepted:
		c.aside.taken(uint32(r.n))
		c.giveUp(uint32(r.n))
	case freed:
		c.serve(nil)
	default:
		c.mu.Unlock()
	}
}

// ReserveFuture is the future of [Sender.ReserveFuture]. One goroutine at a time uses
// it. It has the permit that it gives inside itself: so a future that is written by hand
// keeps a ReserveFuture, whose zero value is good for that, and calls
// [ReserveFuture.Reset] and [ReserveFuture.Poll], which allocate nothing.
type ReserveFuture[T any] struct {
	r      reservation[T]
	permit Permit[T]
}

// ReserveFuture returns [Sender.Reserve] as a future. Nothing happens before it is
// polled. It borrows the sender.
func (tx *Sender[T]) ReserveFuture() *ReserveFuture[T] {
	f := &ReserveFuture[T]{}
	f.Reset(tx)
	return f
}

// Reset makes f reserve a permit by tx, from the beginning. A permit that f has given
// is given back if it was not used, and must not be used any more.
func (f *ReserveFuture[T]) Reset(tx *Sender[T]) {
	if f.permit.ch != nil {
		f.permit.Drop()
	}
	f.r.reset(tx, 1)
}

// Poll is Ready with the permit, which is the caller's, or with an error as of
// [Sender.Reserve].
func (f *ReserveFuture[T]) Poll(cx *edo.Context) (*Permit[T], edo.Poll, error) {
	if !cx.Proceed(f) {
		return nil, edo.Pending, nil
	}
	p, err := f.r.poll(cx)
	if p == edo.Pending || err != nil {
		return nil, p, err
	}
	f.permit = Permit[T]{ch: f.r.w.via.ch, out: true}
	return &f.permit, edo.Ready, nil
}

// Drop leaves the line. A permit that was given to nobody yet goes to the next in line;
// one that Poll has returned stays its owner's.
func (f *ReserveFuture[T]) Drop() { f.r.drop() }

// ReserveManyFuture is the future of [Sender.ReserveManyFuture]; otherwise it is like a
// [ReserveFuture].
type ReserveManyFuture[T any] struct {
	r       reservation[T]
	permits Permits[T]
}

// ReserveManyFuture returns [Sender.ReserveMany] as a future. Nothing happens before it
// is polled. It borrows the sender.
func (tx *Sender[T]) ReserveManyFuture(n int) *ReserveManyFuture[T] {
	f := &ReserveManyFuture[T]{}
	f.Reset(tx, n)
	return f
}

// Reset makes f reserve n permits by tx, from the beginning. Those that f has given are
// given back as far as they were not used, and must not be used any more, except for
// those that were taken out.
func (f *ReserveManyFuture[T]) Reset(tx *Sender[T], n int) {
	if f.permits.ch != nil {
		f.permits.Drop()
	}
	f.r.reset(tx, n)
}

// Poll is Ready with the permits, which are the caller's, or with an error as of
// [Sender.ReserveMany].
func (f *ReserveManyFuture[T]) Poll(cx *edo.Context) (*Permits[T], edo.Poll, error) {
	if !cx.Proceed(f) {
		return nil, edo.Pending, nil
	}
	p, err := f.r.poll(cx)
	if p == edo.Pending || err != nil {
		return nil, p, err
	}
	f.permits = Permits[T]{ch: f.r.w.via.ch, left: uint32(f.r.n)}
	return &f.permits, edo.Ready, nil
}

// Drop leaves the line, and gives back what was collected in it. Permits that Poll has
// returned stay their owner's.
func (f *ReserveManyFuture[T]) Drop() { f.r.drop() }
