package mpmc

import (
	"runtime"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/waiters"
)

// Sender is a handle to send with. Any number of goroutines may use one at the same time.
// Its owner closes or drops it when no more is to be sent: the receivers wait for that.
type Sender[T any] struct {
	ch       *channel[T]
	ended    bool                      // closed; guarded by the channel's lock, as are the next three
	closers  int                       // waits for the end by way of it, without those of PollClosed
	watches  *waiters.Roster[*turn[T]] // of PollClosed: one for each task that waits; made when first needed
	ownOffer *offer[T]                 // for one Send that waits; made when first needed
	pc       uintptr                   // where it was made
	cleanup  runtime.Cleanup
}

// Clone returns another handle of the same channel, which is closed on its own. The clone
// of a closed handle is closed. Making and closing it takes about a microsecond.
//
//go:noinline
func (tx *Sender[T]) Clone() *Sender[T] {
	c, pc := tx.ch, origin.Caller()
	c.mu.Lock()
	if tx.ended {
		c.mu.Unlock()
		return &Sender[T]{ch: c, ended: true}
	}
	c.addSender(pc)
	c.mu.Unlock()
	return newSender(c, pc)
}

// TrySend sends v if there is room for it and no send or reserve waits in line. It never
// waits. The error matches [edo.ErrFull] or [edo.ErrClosed]; then v is still the caller's.
func (tx *Sender[T]) TrySend(v T) error {
	first, beside, err := tx.ch.trySend(tx, v)
	wakeBoth(nil, first, beside)
	return err
}

// trySend sends v if there is room. The caller wakes the wakers that it returns.
func (c *channel[T]) trySend(tx *Sender[T], v T) (first, beside edo.Waker, err error) {
	c.mu.Lock()
	if err = c.checkRoom(tx); err == nil {
		first, beside = c.putValue(v)
	}
	c.mu.Unlock()
	return first, beside, err
}

// Send sends v, and waits in line while the channel is full. With an error v is still the
// caller's, and was not sent: the error matches [edo.ErrClosed] when no receiver is left,
// or they have closed the channel, or this handle was closed, and [edo.ErrCancelled] when
// the task was asked to end while it waited. It allocates nothing.
//
//edo:step SendStep
func (tx *Sender[T]) Send(task *edo.Task, v T) error {
	if err := task.Proceed((*sending[T])(tx)); err != nil {
		return err
	}
	c, cx := tx.ch, inside.Context(task) // as beginSend, without a call: BenchmarkDirectSendRecv
	c.mu.Lock()
	err := c.checkRoom(tx)
	if err == nil {
		first, beside := c.putValue(v)
		c.mu.Unlock()
		wakeBoth(cx, first, beside)
		return nil
	}
	if err != errFull {
		c.mu.Unlock()
		return err
	}
	w := c.enqueueSend(cx, tx, v)
	return c.awaitOffer(task, w, w)
}

// SendStep is the step form of [Sender.Send]. The step keeps the offer in line.
func (tx *Sender[T]) SendStep(task *edo.Task, st *edo.Step, v T) (done bool, err error) {
	w := edo.StepState[offer[T]](st)
	if w == nil {
		if done, err = task.ProceedStep((*sending[T])(tx)); !done || err != nil {
			return done, err
		}
		if w, err = tx.beginSend(inside.Context(task), v, true); w == nil {
			return true, err
		}
		st.Set(w)
	}
	return tx.ch.awaitOfferStep(task, st, w, w)
}

// beginSend sends v, or returns an error, or puts v in line and returns its offer. When the
// channel is full and v may not wait, the error is errFull.
func (tx *Sender[T]) beginSend(cx *edo.Context, v T, mayWait bool) (*offer[T], error) {
	c := tx.ch
	c.mu.Lock()
	err := c.checkRoom(tx)
	if err == nil {
		first, beside := c.putValue(v)
		c.mu.Unlock()
		wakeBoth(cx, first, beside)
		return nil, nil
	}
	if err != errFull || !mayWait {
		c.mu.Unlock()
		return nil, err
	}
	return c.enqueueSend(cx, tx, v), nil
}

// enqueueSend puts v in line, and returns its offer. The caller holds the lock, and enqueueSend
// releases it.
func (c *channel[T]) enqueueSend(cx *edo.Context, tx *Sender[T], v T) *offer[T] {
	w := tx.lendOffer()
	w.value = v
	c.queueOffer(w, cx.Waker())
	c.mu.Unlock()
	return w
}

// sending is a sender as a leaf that does not wait for room: it waits only for the next turn of
// its task, when the budget is used up.
type sending[T any] Sender[T]

// Close ends this handle, for all tasks that share it. Sends that wait in line already go on.
// Later sends through it are refused. When no handle is left open and no permit is out, the
// receivers get the messages that were accepted, and then the end.
func (tx *Sender[T]) Close() {
	c := tx.ch
	c.mu.Lock()
	if tx.ended {
		c.mu.Unlock()
		return
	}
	tx.ended = true
	wakers := c.refuseWatches(tx)
	lost.CloseHandle((*watchedSender[T])(tx))
	c.dropSender(tx.pc)
	for _, w := range wakers {
		w.Wake()
	}
}

// Drop is [Sender.Close], for owners.
func (tx *Sender[T]) Drop() { tx.Close() }

// IsClosed reports whether a send would be refused: no receiver is left, or they have closed
// the channel, or this handle was closed. Once true it stays true.
func (tx *Sender[T]) IsClosed() bool {
	tx.ch.mu.Lock()
	defer tx.ch.mu.Unlock()
	return tx.isClosed()
}

// isClosed is IsClosed. Locked.
func (tx *Sender[T]) isClosed() bool { return tx.ended || tx.ch.closed }

// SameChannel reports whether both send to the same receivers.
func (tx *Sender[T]) SameChannel(other *Sender[T]) bool { return tx.ch == other.ch }

// addSender counts a handle that was made at pc. Locked.
func (c *channel[T]) addSender(pc uintptr) {
	c.senders++
	c.origins.senders.Add(pc)
}

// dropSender counts the handle that was made at pc no longer. The caller holds the lock, and
// dropSender releases it.
func (c *channel[T]) dropSender(pc uintptr) {
	c.senders--
	c.origins.senders.Remove(pc)
	c.settle(nil)
}
