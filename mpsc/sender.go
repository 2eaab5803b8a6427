package mpsc

import (
	"runtime"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/origin"
)

// Sender is a handle to send with. Any number of goroutines may use one at the same time.
// Its owner closes or drops it when no more is to be sent: the receiver waits for that.
type Sender[T any] struct {
	ch      *channel[T]
	ended   bool              // closed; guarded by the channel's lock, as are the next two
	closers uint32            // those that wait for the end by way of it, without watches
	waiters *handleWaiters[T] // made when first needed
	pc      uintptr           // where it was made
	cleanup runtime.Cleanup
}

// New returns a channel that holds capacity messages at most, and that exactly: a
// send that finds so many waits. Memory is taken as it is needed. A capacity below
// 1 is a mistake in the program, and panics.
//
//go:noinline
func New[T any](capacity int) (*Sender[T], *Receiver[T]) {
	if capacity < 1 {
		panic(errCapacity)
	}
	return newChannel[T](uint64(capacity), origin.Caller())
}

// NewUnbounded returns a channel that is never full: memory alone slows its senders down.
//
//go:noinline
func NewUnbounded[T any]() (*Sender[T], *Receiver[T]) {
	return newChannel[T](unbounded, origin.Caller())
}

// newChannel makes a channel, and its first handles.
func newChannel[T any](capacity uint64, pc uintptr) (*Sender[T], *Receiver[T]) {
	rx := &Receiver[T]{c: channel[T]{capacity: capacity, limit: capacity, maxDeferred: uint8(min(capacity/4, 64))}}
	c := &rx.c
	c.debt.To = (*debtor[T])(c)
	c.addSender(pc)
	return newSender(c, pc), rx
}

// Clone returns another handle of the same channel, which is closed on its own. The
// clone of a closed handle is closed. Making and closing it takes about 0.4 µs.
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
// waits.
// The error matches [edo.ErrFull] or [edo.ErrClosed]; then v is still the caller's.
func (tx *Sender[T]) TrySend(v T) error {
	c := tx.ch
	c.mu.Lock()
	if err := c.checkRoom(tx); err != nil {
		c.mu.Unlock()
		return err
	}
	c.sendLocked(nil, v)
	return nil
}

// Send sends v, and waits in line while the channel is full. With an error v is
// still the caller's, and was not sent: the error matches [edo.ErrClosed] when the
// receiver, or this handle, was closed, and [edo.ErrCancelled] when the task was
// asked to end while it waited. It allocates nothing.
//
//edo:step SendStep
func (tx *Sender[T]) Send(task *edo.Task, v T) error {
	if err := inside.Task(task).Proceed((*sending[T])(tx)); err != nil {
		return err
	}
	c, cx := tx.ch, inside.Context(task) // as beginSend, without a call: BenchmarkDirectSendRecv
	c.mu.Lock()
	if err := c.checkRoom(tx); err != nil {
		w, err := c.enqueueSend(cx, tx, v, err)
		if w != nil {
			return c.awaitWaiter(task, w, w)
		}
		return err
	}
	c.sendLocked(cx, v)
	return nil
}

// SendStep is the step form of [Sender.Send]. The step keeps the waiter in line.
func (tx *Sender[T]) SendStep(task *edo.Task, st *edo.Step, v T) (done bool, err error) {
	w := edo.StepState[waiter[T]](st)
	if w == nil {
		if t := inside.Task(task); !t.ProceedsAtOnce() {
			if done, err = t.ProceedStep((*sending[T])(tx)); !done || err != nil {
				return done, err
			}
		}
		if w, err = tx.beginSend(inside.Context(task), v); w == nil {
			return true, err
		}
		st.Set(w)
	}
	return tx.ch.awaitOwnStep(task, st, w)
}

// beginSend sends v, or returns an error, or puts v in line and returns the waiter.
func (tx *Sender[T]) beginSend(cx *edo.Context, v T) (*waiter[T], error) {
	c := tx.ch
	c.mu.Lock()
	if err := c.checkRoom(tx); err != nil {
		return c.enqueueSend(cx, tx, v, err)
	}
	c.sendLocked(cx, v)
	return nil, nil
}

// enqueueSend goes on with a send for which checkRoom has returned err. If that is errFull it
// puts v in line, and returns the waiter; or it sends v after all, when a second look finds
// room. The caller holds the lock, and enqueueSend releases it.
func (c *channel[T]) enqueueSend(cx *edo.Context, tx *Sender[T], v T, err error) (*waiter[T], error) {
	if err == errFull {
		w := tx.lendWaiter()
		w.value, w.waker, w.wakerIsNew = v, cx.Waker(), true
		if c.joinLine(w) {
			c.mu.Unlock()
			return w, nil
		}
		w.waker = edo.Waker{}
		c.returnWaiter(w)
		err = nil
	}
	if err != nil {
		c.mu.Unlock()
		return nil, err
	}
	c.sendLocked(cx, v)
	return nil, nil
}

// sending is a sender as a leaf that does not wait for room: it waits only for the next turn
// of its task, when the budget is used up.
type sending[T any] Sender[T]

// Close ends this handle, for all tasks that share it. Sends that wait in line already go
// on. Later sends through it are refused. When no handle is left open and no permit is out,
// the receiver gets the messages that were accepted, and then the end.
func (tx *Sender[T]) Close() {
	c := tx.ch
	c.mu.Lock()
	if tx.ended {
		c.mu.Unlock()
		return
	}
	tx.ended = true
	wakers := c.refuseWatches(tx)
	rx := c.dropSender(tx.pc)
	c.mu.Unlock()
	lost.CloseHandle((*watchedSender[T])(tx))
	rx.Wake()
	for _, w := range wakers {
		w.Wake()
	}
}

// Drop is [Sender.Close], for owners.
func (tx *Sender[T]) Drop() { tx.Close() }

// IsClosed reports whether a send would be refused: the receiver was closed or
// dropped, or this handle was closed. Once true it stays true.
func (tx *Sender[T]) IsClosed() bool {
	tx.ch.mu.Lock()
	defer tx.ch.mu.Unlock()
	return tx.isClosed()
}

// isClosed is IsClosed. Locked.
func (tx *Sender[T]) isClosed() bool { return tx.ended || tx.ch.closed.Load() }

// SameChannel reports whether both send to the same receiver.
func (tx *Sender[T]) SameChannel(other *Sender[T]) bool { return tx.ch == other.ch }
