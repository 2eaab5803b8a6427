package broadcast

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
)

// Receiver gets every value that is sent after it was made. It is an [edo.Stream]. One task
// at a time waits with it: a second one gets an [*edo.BusyError] at once, which names both
// tasks, and the first waits on. For several tasks, [Receiver.Resubscribe] makes a receiver
// for each. All methods work from any goroutine. The owner drops the receiver when it needs
// no more values.
type Receiver[T any] struct {
	ch     *channel[T]
	next   uint64 // the number of the value to receive next; guarded by Mu, as are the others
	closed bool
	entry  fanout.Entry
}

// PollNext is Ready with the next value, or with the [*LaggedError] that says how many
// values were overwritten before they were received, after which the stream goes on. It is
// the End when all senders are closed and all values have been received, or this receiver
// is closed. A further poll is the End again. While another task waits with rx, PollNext is
// Ready with an [*edo.BusyError].
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed(rx) {
		return v, edo.Pending, nil
	}
	c := rx.ch
	for {
		c.Mu.Lock()
		v, p, err = c.receive(rx, cx.Waker())
		c.Mu.Unlock()
		if p != fanout.Contested {
			return v, p, err
		}
		if err := c.EvictStale(cx, &rx.entry, useResubscribe, rx); err != nil {
			return v, edo.Ready, err
		}
	}
}

// PollRecv is [Receiver.PollNext], but at the End it is Ready with an error that matches
// [edo.ErrClosed].
func (rx *Receiver[T]) PollRecv(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := rx.PollNext(cx)
	if p == edo.End {
		return v, edo.Ready, rx.endError()
	}
	return v, p, err
}

// endError returns why rx receives no more values.
func (rx *Receiver[T]) endError() error {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	if rx.closed {
		return errReceiverClosed
	}
	return errNoSenders
}

// Waits says that rx waits for a value, and which senders may send it: those that are open,
// by where they were made.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait {
	c := rx.ch
	c.Mu.Lock()
	closed, unreceived, senders, madeAt := rx.closed, c.tail-rx.next, c.Senders(), c.SendersMadeAt()
	c.Mu.Unlock()
	state := "nothing new"
	switch {
	case closed:
		return edo.Wait{On: "broadcast: receive (closed)"}
	case unreceived != 0:
		state = fmt.Sprintf("%d new", unreceived)
	case senders == 0:
		state = "at its end: every sender is closed"
	}
	return edo.Wait{
		On: fmt.Sprintf("broadcast: receive (%s, capacity %d)", state, c.capacity),
		By: madeAt.Describe("sender"),
	}
}

// Recv waits for the next value. The error is an [*LaggedError] when values were
// overwritten before they were received: the next receive goes on with the oldest
// value retained. It matches [edo.ErrClosed] when all senders are closed and all values
// have been received, or this receiver is closed; and [edo.ErrCancelled] when the task was
// cancelled: then no value is lost. Recv allocates nothing but a LaggedError.
//
//edo:step RecvStep
func (rx *Receiver[T]) Recv(task *edo.Task) (T, error) {
	return edo.Await(task, edo.Future[T]((*recvFuture[T])(rx)))
}

// RecvStep is the step form of [Receiver.Recv].
func (rx *Receiver[T]) RecvStep(task *edo.Task) (done bool, v T, err error) {
	return edo.AwaitStep(task, edo.Future[T]((*recvFuture[T])(rx)))
}

// RecvFuture returns a future of the next value, or of an error as [Receiver.Recv] returns
// it. It allocates nothing, and receives the value when it is Ready, not before. To drop the
// future does not change the receiver.
func (rx *Receiver[T]) RecvFuture() edo.Future[T] { return (*recvFuture[T])(rx) }

// recvFuture is a receiver as the future of its next value.
type recvFuture[T any] Receiver[T]

// Poll is [Receiver.PollRecv].
func (rx *recvFuture[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	return (*Receiver[T])(rx).PollRecv(cx)
}

// TryRecv returns the next value. The error matches [edo.ErrEmpty] when there is no value
// now, and [edo.ErrClosed] when no value can come; or it is an [*LaggedError]. TryRecv
// never waits.
func (rx *Receiver[T]) TryRecv() (T, error) {
	c := rx.ch
	c.Mu.Lock()
	v, p, err := c.receive(rx, edo.Waker{})
	c.Mu.Unlock()
	switch p {
	case edo.Pending:
		return v, errEmpty
	case edo.End:
		return v, rx.endError()
	}
	return v, err
}

// Resubscribe returns a new receiver, of the values that are sent from now on: it does not
// get the values that rx has yet to receive.
func (rx *Receiver[T]) Resubscribe() *Receiver[T] {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	return rx.ch.subscribe()
}

// Close closes this receiver: it receives no more values, and every receive fails from now
// on, also one that waits. Other receivers do not notice. If it was the last one, the tasks
// that wait for that are woken, and sends are refused.
func (rx *Receiver[T]) Close() { rx.leave().Wake() }

// Drop is [Receiver.Close], for owners: it does not wake a task that waits in a receive.
func (rx *Receiver[T]) Drop() { rx.leave() }

// leave closes rx, once, and returns the waker of a receive that waits.
func (rx *Receiver[T]) leave() (waker edo.Waker) {
	c := rx.ch
	c.Mu.Lock()
	if rx.closed {
		c.Mu.Unlock()
		return waker
	}
	rx.closed = true
	c.uncount(rx.next)
	waker = c.Waiting.Leave(&rx.entry)
	var array [4]edo.Waker
	closedWaiters := c.RemoveReceiver(array[:0])
	c.Mu.Unlock()
	fanout.WakeAll(closedWaiters)
	return waker
}

// IsClosed reports whether no value can be sent to rx any more: all senders are closed, or
// this receiver is. There may be values left to receive.
func (rx *Receiver[T]) IsClosed() bool {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	return rx.closed || rx.ch.Senders() == 0
}

// Len returns how many values were sent that this receiver has yet to receive. Values that
// were overwritten count: if Len is more than the capacity, the next receive says how many
// these are.
func (rx *Receiver[T]) Len() int {
	rx.ch.Mu.Lock()
	defer rx.ch.Mu.Unlock()
	if rx.closed {
		return 0
	}
	return int(rx.ch.tail - rx.next)
}

// Cap returns the capacity.
func (rx *Receiver[T]) Cap() int { return int(rx.ch.capacity) }

// SenderCount returns how many senders are open.
func (rx *Receiver[T]) SenderCount() int { return rx.ch.SenderCount() }

// SameChannel reports whether both receive from the same senders.
func (rx *Receiver[T]) SameChannel(other *Receiver[T]) bool { return rx.ch == other.ch }
