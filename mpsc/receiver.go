package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/own"
)

// Receiver is the half that receives. It is an [edo.Stream]. One task at a time waits
// with it: another one that comes meanwhile gets an [*edo.BusyError], at once, that names
// both, and the first waits on. Receives that take a task or a context may come from any
// task, and never overlap; so may [Receiver.Close] and what only asks (IsClosed, Len, Cap,
// StrongCount, …), from anywhere. TryRecv and Drop are the owner's, who drops it when
// nothing more is to be received. For several receivers there is package mpmc.
type Receiver[T any] channel[T]

func (rx *Receiver[T]) ch() *channel[T] { return (*channel[T])(rx) }

// PollNext is Ready with the next message, and End when all senders are closed, or
// the receiver is, every message that was accepted has been received, and no permit is
// out. End comes again. There are no errors.
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed(rx) {
		return v, edo.Pending, nil
	}
	c := rx.ch()
	if t := c.owner.begin(cx.Internal(internal.Key{}).Root()); t != nil {
		v, p = c.receive(cx, cx.Waker())
		publish(&t.inside, 0)
		if p != contested {
			return v, p, nil
		}
	}
	return c.receiveInTurn(cx)
}

// receiveInTurn is receive for a task that may not be the last that has received, or may
// find the waker of another.
func (c *channel[T]) receiveInTurn(cx *edo.Context) (v T, p edo.Poll, err error) {
	for {
		t := c.beginReceive(cx.Internal(internal.Key{}).Root())
		v, p = c.receive(cx, cx.Waker())
		c.endReceive(t)
		if p != contested {
			return v, p, nil
		}
		if err := c.contend(cx); err != nil {
			return v, edo.Ready, err
		}
	}
}

// PollRecv is Ready with the next message, or with an error that matches
// [edo.ErrClosed] where [Receiver.PollNext] is at the End.
func (rx *Receiver[T]) PollRecv(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := rx.PollNext(cx)
	if p == edo.End {
		return v, edo.Ready, errDone
	}
	return v, p, err
}

// Recv waits for the next message. The error matches [edo.ErrClosed] when all
// senders are closed, or the receiver is, and everything has been received; and
// [edo.ErrCancelled] when the task was asked to end: then no message is lost. It
// allocates nothing.
func (rx *Receiver[T]) Recv(task *edo.Task) (T, error) {
	c := rx.ch()
	if !c.atHand(task) {
		return c.recvNext(task)
	}
	var zero T
	if err := task.Proceed(rx); err != nil {
		return zero, err
	}
	cx := task.Internal(internal.Key{})
	if t := c.owner.begin(cx.Internal(internal.Key{}).Root()); t != nil {
		v, p := c.receive(cx, edo.Waker{})
		publish(&t.inside, 0)
		if p == edo.Ready {
			return v, nil
		}
	}
	return c.recvNext(task) // another task receives as well
}

// recvNext waits for the next message.
func (c *channel[T]) recvNext(task *edo.Task) (T, error) {
	v, err := edo.Await(task, edo.Future[T]((*receiving[T])(c)))
	if err == nil {
		c.note(task, task.Internal(internal.Key{}).Internal(internal.Key{}).Root())
	}
	return v, err
}

// RecvFuture returns a future of the next message, or of an error as of
// [Receiver.Recv]. It allocates nothing, and takes the message when it is Ready and
// not before. Dropping it leaves the receiver as it is.
func (rx *Receiver[T]) RecvFuture() edo.Future[T] { return (*receiving[T])(rx) }

// receiving is a receiver as the future of its next message.
type receiving[T any] channel[T]

// Poll is [Receiver.PollRecv].
func (c *receiving[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	return (*Receiver[T])(c).PollRecv(cx)
}

// TryRecv returns the next message. The error matches [edo.ErrEmpty] when there is
// none now, and [edo.ErrClosed] when none can come. It never waits.
func (rx *Receiver[T]) TryRecv() (T, error) {
	v, p := rx.ch().receive(nil, edo.Waker{})
	switch p {
	case edo.Pending:
		return v, errEmpty
	case edo.End:
		return v, errDone
	}
	return v, nil
}

// Close refuses what was not accepted yet, and lets the senders know: those that
// wait in line, and those that wait for the end. What was accepted can still be
// received, and so can what is sent with permits that are out: the end comes when the
// last of them is back.
func (rx *Receiver[T]) Close() {
	c := rx.ch()
	(*debtor[T])(c).Settle(nil) // what is free is theirs who are in line already
	c.close(false)
}

// Drop closes the receiver and drops the messages that nobody has received. Permits that
// are out refuse to send from then on. It is for owners: it wakes nobody that waits in a
// receive.
func (rx *Receiver[T]) Drop() {
	c := rx.ch()
	c.close(true)
	c.empty()
}

// empty drops what is in a channel that is closed, also when a Drop panics.
func (c *channel[T]) empty() {
	left := true
	defer func() {
		if left {
			c.empty()
		}
	}()
	for v, p := c.receive(nil, edo.Waker{}); p == edo.Ready; v, p = c.receive(nil, edo.Waker{}) {
		own.Discard(v)
	}
	left = false
	c.mu.Lock()
	defer c.mu.Unlock()
	c.into, c.from = nil, nil
	c.owner.of.Store(nil)
	if c.aside != nil {
		c.aside.spare = nil
	}
}

// IsClosed says whether the receiver was closed, or all senders are: every handle, and
// no permit is out, and nobody is in line any more. There may be messages left.
func (rx *Receiver[T]) IsClosed() bool {
	c := rx.ch()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed.Load() || !c.alive()
}
