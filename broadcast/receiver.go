package broadcast

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
)

// Receiver gets every value that is sent after it was made. It is an [edo.Stream]. One
// task at a time waits with it: another one that comes meanwhile gets an
// [*edo.BusyError], at once, that names both, and the first waits on. For several tasks
// [Receiver.Resubscribe] makes one for each. Everything works from any goroutine. The
// owner drops it when nothing more is to be received.
type Receiver[T any] struct {
	ch    *channel[T]
	next  uint64 // what it receives next; guarded by the channel's lock, as are the others
	gone  bool
	entry fanout.Entry
}

// PollNext is Ready with the next value, or with the [*edo.LaggedError] that says how
// many were overwritten before they were received, after which the stream goes on. It
// is the End when all senders are closed and everything has been received, or this
// receiver is closed. End comes again. While another task waits with rx it is Ready with
// an [*edo.BusyError].
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed(rx) {
		return v, edo.Pending, nil
	}
	c := rx.ch
	for {
		c.Mu.Lock()
		v, p, err = c.receive(rx, cx.Waker())
		c.Mu.Unlock()
		if p != contested {
			return v, p, err
		}
		if err := c.Contend(cx, &rx.entry, useResubscribe, rx); err != nil {
			return v, edo.Ready, err
		}
	}
}

// PollRecv is [Receiver.PollNext], but Ready with an error that matches
// [edo.ErrClosed] at the End.
func (rx *Receiver[T]) PollRecv(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := rx.PollNext(cx)
	if p == edo.End {
		return v, edo.Ready, rx.ended()
	}
	return v, p, err
}

// ended says why nothing can be received any more.
func (rx *Receiver[T]) ended() error {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	if rx.gone {
		return errGone
	}
	return errDone
}

// Waits says that a value is waited for, and who may send it: the handles that are open,
// by where they were made.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait {
	c := rx.ch
	c.Mu.Lock()
	gone, n, senders, made := rx.gone, c.tail-rx.next, c.Senders(), c.Made()
	c.Mu.Unlock()
	there := "nothing new"
	switch {
	case gone:
		return edo.Wait{On: "broadcast: receive (closed)"}
	case n != 0:
		there = fmt.Sprintf("%d new", n)
	case senders == 0:
		there = "at its end: every sender is closed"
	}
	return edo.Wait{
		On: fmt.Sprintf("broadcast: receive (%s, capacity %d)", there, c.capacity),
		By: made.Describe("sender"),
	}
}

// Recv waits for the next value. The error is an [*edo.LaggedError] when values were
// overwritten before they were received: the next receive goes on with the oldest
// value retained. It matches [edo.ErrClosed] when all senders are closed and
// everything has been received, or this receiver is closed; and [edo.ErrCancelled] when
// the task was asked to end: then no value is lost. Recv allocates nothing but the
// error of lagging.
func (rx *Receiver[T]) Recv(task *edo.Task) (T, error) {
	return edo.Await(task, edo.Future[T]((*receiving[T])(rx)))
}

// RecvFuture returns a future of the next value, or of an error as of [Receiver.Recv].
// It allocates nothing, and takes the value when it is Ready and not before. Dropping
// it leaves the receiver as it is.
func (rx *Receiver[T]) RecvFuture() edo.Future[T] { return (*receiving[T])(rx) }

// receiving is a receiver as the future of its next value.
type receiving[T any] Receiver[T]

// Poll is [Receiver.PollRecv].
func (rx *receiving[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	return (*Receiver[T])(rx).PollRecv(cx)
}

// TryRecv returns the next value. The error matches [edo.ErrEmpty] when there is none
// now, and [edo.ErrClosed] when none can come, or is an [*edo.LaggedError]. It never
// waits.
func (rx *Receiver[T]) TryRecv() (T, error) {
	c := rx.ch
	c.Mu.Lock()
	v, p, err := c.receive(rx, edo.Waker{})
	c.Mu.Unlock()
	switch p {
	case edo.Pending:
		return v, errEmpty
	case edo.End:
		return v, rx.ended()
	}
	return v, err
}

// Resubscribe returns another receiver, of what is sent from now on: it does not get
// what rx has not received yet.
func (rx *Receiver[T]) Resubscribe() *Receiver[T] {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	return rx.ch.subscribe()
}

// Close ends this receiver: it lets go of what it has not received, and every receive
// fails from now on, also one that waits. The other receivers do not notice. When it
// was the last one, who waits for that is woken, and sends are refused.
func (rx *Receiver[T]) Close() { rx.leave().Wake() }

// Drop is [Receiver.Close], for owners: it wakes nobody that waits in a receive.
func (rx *Receiver[T]) Drop() { rx.leave() }

// leave ends rx, once, and returns the waker of a receive that waits.
func (rx *Receiver[T]) leave() (waker edo.Waker) {
	c := rx.ch
	c.Mu.Lock()
	if rx.gone {
		c.Mu.Unlock()
		return waker
	}
	rx.gone = true
	c.leave(rx.next)
	waker = c.Waiting.Leave(&rx.entry)
	var some [4]edo.Waker
	closers := c.RemoveReceiver(some[:0])
	c.Mu.Unlock()
	fanout.WakeAll(closers)
	return waker
}

// IsClosed says that no value can be sent any more: every sender, or this receiver, is
// closed. There may be values left.
func (rx *Receiver[T]) IsClosed() bool {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	return rx.gone || rx.ch.Senders() == 0
}

// Len returns how many values were sent that this receiver has yet to receive. Those
// that were overwritten count: when it is more than the capacity, the next receive says
// how many these are.
func (rx *Receiver[T]) Len() int {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	if rx.gone {
		return 0
	}
	return int(rx.ch.tail - rx.next)
}

// Cap returns the capacity.
func (rx *Receiver[T]) Cap() int { return int(rx.ch.capacity) }

// SenderCount returns how many handles to send with are open.
func (rx *Receiver[T]) SenderCount() int { return rx.ch.senderCount() }

// SameChannel says whether both receive what the same senders send.
func (rx *Receiver[T]) SameChannel(other *Receiver[T]) bool { return rx.ch == other.ch }
