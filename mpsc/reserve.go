package mpsc

import (
	"fmt"
	"math"

	"github.com/edo-go/edo"
)

// checkCount returns n as the number of permits to reserve, or an error when n is negative or
// above the capacity.
func (c *channel[T]) checkCount(n int) (uint32, error) {
	if n < 0 || uint64(n) > min(c.limit, math.MaxUint32) {
		return 0, fmt.Errorf("mpsc: reserve of %d permits in a channel of capacity %d", n, c.maxCap())
	}
	return uint32(n), nil
}

// TryReserve returns a permit if there is room and no send or reserve waits in line. It never
// waits. The error matches [edo.ErrFull] or [edo.ErrClosed].
func (tx *Sender[T]) TryReserve() (*Permit[T], error) {
	if err := tx.tryReserve(1); err != nil {
		return nil, err
	}
	return &Permit[T]{ch: tx.ch, out: true}, nil
}

// TryReserveMany returns n permits if there is room for all of them and no send or reserve
// waits in line. For an n of 0 there is always room. It never waits. The error matches
// [edo.ErrFull] or [edo.ErrClosed], or says that n is negative or above the capacity.
func (tx *Sender[T]) TryReserveMany(n int) (*Permits[T], error) {
	m, err := tx.ch.checkCount(n)
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
	return tx.ch.takePermits(tx, n)
}

// Reserve waits in line for room for one message, and returns it as a permit: so a message
// that is expensive to make is made when it can be sent. The error matches [edo.ErrClosed]
// when the receiver, or this handle, was closed, and [edo.ErrCancelled] when the task was
// asked to end while it waited: then nothing is reserved. It allocates the permit, 16 bytes.
//
//edo:step ReserveStep
func (tx *Sender[T]) Reserve(task *edo.Task) (*Permit[T], error) {
	if err := tx.reserve(task, 1); err != nil {
		return nil, err
	}
	return &Permit[T]{ch: tx.ch, out: true}, nil
}

// ReserveStep is the step form of [Sender.Reserve]. The step keeps the waiter in line.
func (tx *Sender[T]) ReserveStep(task *edo.Task, st *edo.Step) (done bool, p *Permit[T], err error) {
	if done, err = tx.reserveStep(task, st, 1); !done || err != nil {
		return done, nil, err
	}
	return true, &Permit[T]{ch: tx.ch, out: true}, nil
}

// ReserveMany is [Sender.Reserve] for n permits at once. It stands in the same line as all
// sends, and is not overtaken: at the head of the line it keeps each slot that becomes free,
// until it has n. An n of 0 succeeds also when the channel is full. An n that is negative or
// above the capacity is an error.
//
//edo:step ReserveManyStep
func (tx *Sender[T]) ReserveMany(task *edo.Task, n int) (*Permits[T], error) {
	m, err := tx.ch.checkCount(n)
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

// ReserveManyStep is the step form of [Sender.ReserveMany]. The step keeps the waiter in line.
func (tx *Sender[T]) ReserveManyStep(task *edo.Task, st *edo.Step, n int) (done bool, p *Permits[T], err error) {
	m, err := tx.ch.checkCount(n)
	if err != nil {
		done, ended := task.ProceedStep((*reserving[T])(tx))
		if !done {
			return false, nil, nil
		}
		if ended != nil {
			err = ended
		}
		return true, nil, err
	}
	if done, err = tx.reserveStep(task, st, m); !done || err != nil {
		return done, nil, err
	}
	return true, &Permits[T]{ch: tx.ch, left: m}, nil
}

func (tx *Sender[T]) reserve(task *edo.Task, n uint32) error {
	if err := task.Proceed((*reserving[T])(tx)); err != nil {
		return err
	}
	w, err := tx.beginReserve(n)
	if w == nil {
		return err
	}
	return tx.ch.awaitWaiter(task, w, w)
}

// reserveStep is the step form of reserve.
func (tx *Sender[T]) reserveStep(task *edo.Task, st *edo.Step, n uint32) (done bool, err error) {
	w := edo.StepState[waiter[T]](st)
	if w == nil {
		if done, err = task.ProceedStep((*reserving[T])(tx)); !done || err != nil {
			return done, err
		}
		if w, err = tx.beginReserve(n); w == nil {
			return true, err
		}
		st.Set(w)
	}
	return tx.ch.awaitOwnStep(task, st, w)
}

// beginReserve takes n permits, or returns an error, or a waiter that is in line.
func (tx *Sender[T]) beginReserve(n uint32) (*waiter[T], error) {
	c := tx.ch
	c.mu.Lock()
	w := c.borrowWaiter(tx)
	joined, err := c.requestPermits(w, n)
	if !joined {
		c.returnWaiter(w)
		w = nil
	}
	c.mu.Unlock()
	return w, err
}

// reserving is as [sending], for a reserve.
type reserving[T any] Sender[T]

// reservation is the common part of the futures of a reserve.
type reservation[T any] struct {
	w waiter[T] // via is the sender
	n int
}

// resetReserve begins a reserve of n permits by tx.
func (r *reservation[T]) resetReserve(tx *Sender[T], n int) {
	r.dropReserve()
	r.w.tx, r.n, r.w.phase = tx, n, holding
}

// pollPermits is Ready when n permits belong to the caller, or with an error.
func (r *reservation[T]) pollPermits(cx *edo.Context) (edo.Poll, error) {
	w := &r.w
	switch w.phase {
	case holding:
		c := w.tx.ch
		n, err := c.checkCount(r.n)
		if err == nil {
			var joined bool
			c.mu.Lock()
			if joined, err = c.requestPermits(w, n); joined {
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
		if w.pollOut(cx.Waker()) == edo.Pending {
			return edo.Pending, nil
		}
		state, got := w.state, w.got
		w.state, w.got, w.phase = outside, 0, empty
		if state == refused {
			w.need = 0
			return edo.Ready, errClosed
		}
		w.tx.ch.coldPart.permitsTaken(got)
		return edo.Ready, nil
	}
	return edo.Ready, errPolled
}

// dropReserve leaves the line. It gives back the permits that were granted and that no poll
// has returned.
func (r *reservation[T]) dropReserve() {
	w := &r.w
	before := w.phase
	w.phase = empty
	if before != inLine {
		return
	}
	c := w.tx.ch
	c.mu.Lock()
	state, freed := c.leaveLine(w)
	w.state, w.need, w.got = outside, 0, 0
	switch {
	case state == accepted:
		c.coldPart.permitsTaken(uint32(r.n))
		c.returnPermits(uint32(r.n))
	case freed:
		c.serveLine(nil)
	default:
		c.mu.Unlock()
	}
}

// ReserveFuture is the future of [Sender.ReserveFuture]. One goroutine at a time uses it. The
// permit that it returns lies inside it. So a future that is written by hand keeps a
// ReserveFuture, whose zero value is good for that, and calls [ReserveFuture.Reset] and
// [ReserveFuture.Poll], which allocate nothing.
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

// Reset makes f reserve a permit by tx, from the beginning. A permit that f has returned is
// given back if it was not used, and must not be used any more.
func (f *ReserveFuture[T]) Reset(tx *Sender[T]) {
	if f.permit.ch != nil {
		f.permit.Drop()
	}
	f.r.resetReserve(tx, 1)
}

// Poll is Ready with the permit, which belongs to the caller, or with an error as that of
// [Sender.Reserve].
func (f *ReserveFuture[T]) Poll(cx *edo.Context) (*Permit[T], edo.Poll, error) {
	if !cx.Proceed((*reserveLeaf[T])(f)) {
		return nil, edo.Pending, nil
	}
	p, err := f.r.pollPermits(cx)
	if p == edo.Pending || err != nil {
		return nil, p, err
	}
	f.permit = Permit[T]{ch: f.r.w.tx.ch, out: true}
	return &f.permit, edo.Ready, nil
}

// Drop leaves the line. A permit that was granted, and that no Poll has returned, goes to the
// next in line. One that Poll has returned stays with its owner.
func (f *ReserveFuture[T]) Drop() { f.r.dropReserve() }

// ReserveManyFuture is the future of [Sender.ReserveManyFuture]. Otherwise it is like a
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

// Reset makes f reserve n permits by tx, from the beginning. Permits that f has returned and
// that were not used are given back, and must not be used any more, except for those that
// were taken out.
func (f *ReserveManyFuture[T]) Reset(tx *Sender[T], n int) {
	if f.permits.ch != nil {
		f.permits.Drop()
	}
	f.r.resetReserve(tx, n)
}

// Poll is Ready with the permits, which belong to the caller, or with an error as that of
// [Sender.ReserveMany].
func (f *ReserveManyFuture[T]) Poll(cx *edo.Context) (*Permits[T], edo.Poll, error) {
	if !cx.Proceed((*reserveManyLeaf[T])(f)) {
		return nil, edo.Pending, nil
	}
	p, err := f.r.pollPermits(cx)
	if p == edo.Pending || err != nil {
		return nil, p, err
	}
	f.permits = Permits[T]{ch: f.r.w.tx.ch, left: uint32(f.r.n)}
	return &f.permits, edo.Ready, nil
}

// Drop leaves the line, and gives back the slots that were collected in it. Permits that Poll
// has returned stay with their owner.
func (f *ReserveManyFuture[T]) Drop() { f.r.dropReserve() }
