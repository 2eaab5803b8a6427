package mpsc

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/release"
	"github.com/edo-go/edo/internal/waiters"
)

// waiter waits in a line: a send for a slot, a reserve for slots, or a task for the end of
// the channel.
//
//	state     meaning                        set by
//	outside   in no line; the waiter of a    the owner, from queued with the lock
//	          handle is free to be lent
//	queued    in a line                      the owner, with the lock
//	accepted  out of the line; the value     the goroutine that frees a slot, with the lock,
//	          was taken, or the permits      from queued
//	          belong to the reserve
//	refused   out of the line; the channel,  the goroutine that closes it, with the lock,
//	          or the handle, is closed       from queued
//
// A reserve in line has a need above 0, a send in line has none: so need tells the two
// apart.
//
// The channel's lock guards the fields while the waiter is queued. Otherwise they belong to
// its owner. The owner may look at the state without the lock. So other goroutines store
// accepted or refused atomically, and as the last thing that they do to the waiter; they
// have copied the waker before. What the owner stores itself, while no other goroutine has
// the waiter or with the lock, need not be atomic.
type waiter[T any] struct {
	_          waiters.Node[waiter[T]]
	tx         *Sender[T] // so that the collector leaves the handle alone
	waker      edo.Waker
	value      T // of a send
	state      uint32
	need       uint32 // slots that a reserve does not have yet
	got        uint32 // slots that it has collected
	phase      phase  // the owner's: how far a future has come that has the waiter inside
	wakerIsNew bool   // the owner's: the next poll comes with this very waker
	ofHandle   bool   // part of its handle, see [handleWaiters]
}

const (
	outside uint32 = iota
	queued
	accepted
	refused
)

// line is a queue of waiters. The channel's lock guards it.
type line[T any] struct{ waiters.List[waiter[T]] }

// push puts w at the end.
func (l *line[T]) push(w *waiter[T]) {
	l.PushBack(w)
	w.state = queued
}

// remove takes w out and returns its waker. The caller sets the state of w, as the last
// thing that it does to w.
func (l *line[T]) remove(w *waiter[T]) edo.Waker {
	l.Remove(w)
	waker := w.waker
	w.waker = edo.Waker{}
	return waker
}

// pollOut is Ready when w, which was queued, is out of its line. Otherwise it keeps waker
// as the one to wake.
func (w *waiter[T]) pollOut(waker edo.Waker) edo.Poll {
	if atomic.LoadUint32(&w.state) != queued {
		return edo.Ready
	}
	if w.wakerIsNew {
		w.wakerIsNew = false
		return edo.Pending
	}
	return w.renew(waker)
}

// renew is pollOut for a waker that may be another one than before.
func (w *waiter[T]) renew(waker edo.Waker) edo.Poll {
	c := w.tx.ch
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.state != queued {
		return edo.Ready
	}
	w.waker = waker
	return edo.Pending
}

// Poll is Ready when w is out of its line. Direct style awaits it.
func (w *waiter[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(w) {
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, w.pollOut(cx.Waker()), nil
}

// PollWait is Poll once the task may proceed. An [alarm.Alarm] calls it.
func (w *waiter[T]) PollWait(cx *edo.Context) (edo.Poll, error) {
	return w.pollOut(cx.Waker()), nil
}

// awaitWaiter awaits f, which polls w, until w is out of its line or f has an error. Then it
// returns w, and returns nil when w was accepted.
func (c *channel[T]) awaitWaiter(task *edo.Task, w *waiter[T], f edo.Future[edo.Unit]) error {
	_, err := edo.Await(task, f)
	return c.endWait(w, err)
}

// awaitOwnStep is the step form of awaitWaiter where w itself is awaited. The step keeps something
// until it is done. It is as AwaitStep, without its calls: BenchmarkStepWaitingSend.
func (c *channel[T]) awaitOwnStep(task *edo.Task, st *edo.Step, w *waiter[T]) (done bool, err error) {
	t := inside.Task(task)
	if !t.ProceedsAtOnce() {
		return c.awaitWaiterStep(task, st, w, w)
	}
	if w.pollOut(inside.Context(task).Waker()) == edo.Pending {
		return false, nil
	}
	st.Set(nil)
	return true, c.endWait(w, nil)
}

// awaitWaiterStep is the step form of awaitWaiter. The step keeps something until it is done.
func (c *channel[T]) awaitWaiterStep(task *edo.Task, st *edo.Step, w *waiter[T], f edo.Future[edo.Unit]) (done bool, err error) {
	if done, _, err = edo.AwaitStep(task, f); done {
		st.Set(nil)
		err = c.endWait(w, err)
	}
	return done, err
}

// endWait returns w, which has waited and got err, and returns nil when w was accepted.
func (c *channel[T]) endWait(w *waiter[T], err error) error {
	if w.ofHandle && atomic.LoadUint32(&w.state) != queued {
		return w.endHandleSend()
	}
	c.mu.Lock()
	state, freed := c.leaveLine(w)
	if state == accepted && w.got != 0 {
		c.coldPart.permitsTaken(w.got)
	}
	c.returnWaiter(w)
	if freed {
		c.serveLine(nil)
	} else {
		c.mu.Unlock()
	}
	switch state {
	case accepted:
		return nil
	case refused:
		return errClosed
	}
	return err
}

// handleWaiters are the waiters of a handle. In direct style a task has most often a handle
// of its own: so its send need not take the lock again to return a waiter.
type handleWaiters[T any] struct {
	send    waiter[T]                  // for one Send that waits; outside while not in use
	watches waiters.Roster[*waiter[T]] // of PollClosed: one for each task that waits, most often one
}

// newWaiters returns the waiters of tx.
func newWaiters[T any](tx *Sender[T]) *handleWaiters[T] {
	return &handleWaiters[T]{send: waiter[T]{tx: tx, ofHandle: true}}
}

// lendWaiter returns a waiter that is outside: that of the handle, or one of the channel
// while another task that shares the handle waits with the first. Locked.
func (tx *Sender[T]) lendWaiter() *waiter[T] {
	if tx.waiters == nil {
		tx.waiters = newWaiters(tx)
	}
	if w := &tx.waiters.send; atomic.LoadUint32(&w.state) == outside {
		return w
	}
	return tx.ch.borrowWaiter(tx)
}

// endHandleSend makes w, which is the handle's and out of the line, available again, and
// returns nil when w was accepted. It needs no lock: it stores the state last.
func (w *waiter[T]) endHandleSend() (err error) {
	if w.state == refused {
		var zero T
		w.value, err = zero, errClosed
	}
	w.wakerIsNew = false
	release.Store32(&w.state, outside)
	return err
}

// cold is the part that few channels need.
type cold[T any] struct {
	closers       line[T]                 // waiters for the end
	unusedWaiters waiters.Free[waiter[T]] // lent to direct style
	spareSegment  *segment[T]

	untakenPermits atomic.Uint64 // granted to reserves whose tasks have not run since
}

// permitsTaken records that a reserve knows of the n permits that it was granted.
func (p *cold[T]) permitsTaken(n uint32) { p.untakenPermits.Add(-uint64(n)) }

// cold returns the cold part, and makes it when it is needed first. Locked.
func (c *channel[T]) cold() *cold[T] {
	if c.coldPart == nil {
		c.coldPart = &cold[T]{}
	}
	return c.coldPart
}

// borrowWaiter returns a waiter that is outside. Locked.
func (c *channel[T]) borrowWaiter(tx *Sender[T]) *waiter[T] {
	w := c.cold().unusedWaiters.Pop()
	if w == nil {
		w = new(waiter[T])
	}
	w.tx = tx
	return w
}

// returnWaiter takes back a waiter that is in no line. Locked.
func (c *channel[T]) returnWaiter(w *waiter[T]) {
	var zero T
	w.value, w.need, w.got, w.wakerIsNew = zero, 0, 0, false
	if w.ofHandle {
		release.Store32(&w.state, outside)
		return
	}
	w.state, w.tx = outside, nil
	c.cold().unusedWaiters.Push(w)
}
