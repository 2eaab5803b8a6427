package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Receiver is the half that receives. It is an [edo.Stream]. One task at a time waits with
// it: a second task gets an [*edo.BusyError], at once, that names both, and the first waits
// on. Receives that take a task or a context may come from any task, and never overlap.
// [Receiver.Close] and questions (IsClosed, Len, Cap, StrongCount, …) may come from any
// goroutine. TryRecv and Drop belong to the owner, which drops the receiver when nothing more
// is to be received. For several receivers there is package mpmc.
type Receiver[T any] struct{ c channel[T] }

// PollNext is Ready with the next message, and End when all senders are closed, or
// the receiver is, every message that was accepted has been received, and no permit is
// out. End comes again. There are no errors.
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed((*receiving[T])(rx)) {
		return v, edo.Pending, nil
	}
	c := &rx.c
	if t := c.owner.beginTurn((*sched.Context)(cx).Root()); t != nil {
		v, p = c.receive(cx, true)
		publish(&t.inside, 0)
		if p != contested {
			return v, p, nil
		}
	}
	return rx.receiveInTurn(cx)
}

// receiveInTurn is PollNext for a task that does not have the turn, or that has found the
// waker of another task.
func (rx *Receiver[T]) receiveInTurn(cx *edo.Context) (v T, p edo.Poll, err error) {
	c := &rx.c
	for {
		t := c.beginReceive((*sched.Context)(cx).Root())
		v, p = c.receive(cx, true)
		c.endReceive(t)
		if p != contested {
			return v, p, nil
		}
		if err := rx.displaceReceiver(cx); err != nil {
			return v, edo.Ready, err
		}
	}
}

// PollRecv is Ready with the next message, or with an error that matches
// [edo.ErrClosed] where [Receiver.PollNext] is at the End.
func (rx *Receiver[T]) PollRecv(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := rx.PollNext(cx)
	if p == edo.End {
		return v, edo.Ready, errEnd
	}
	return v, p, err
}

// Recv waits for the next message. The error matches [edo.ErrClosed] when all
// senders are closed, or the receiver is, and everything has been received; and
// [edo.ErrCancelled] when the task was asked to end: then no message is lost. It
// allocates nothing.
//
//edo:step RecvStep
func (rx *Receiver[T]) Recv(task *edo.Task) (T, error) {
	c := &rx.c
	if !c.hasSeenMessage(task) {
		return rx.awaitMessage(task)
	}
	var zero T
	if err := task.Proceed((*receiving[T])(rx)); err != nil {
		return zero, err
	}
	cx := inside.Context(task) // as PollNext, without a call: BenchmarkDirectSendRecv
	if t := c.owner.beginTurn((*sched.Context)(cx).Root()); t != nil {
		v, p := c.receive(cx, false)
		publish(&t.inside, 0)
		if p == edo.Ready {
			return v, nil
		}
	}
	giveBack((*sched.Context)(cx))
	return rx.awaitMessage(task) // another task has received as well
}

// RecvStep is the step form of [Receiver.Recv].
func (rx *Receiver[T]) RecvStep(task *edo.Task) (done bool, v T, err error) {
	t := inside.Task(task)
	if t.IsSpecial() {
		return edo.AwaitStep(task, edo.Future[T]((*receiving[T])(rx)))
	}
	// As AwaitStep, without its calls: BenchmarkStepSendRecv.
	budget := t.BeginPoll()
	v, p, err := rx.PollRecv(inside.Context(task))
	if p == edo.Pending {
		return false, v, nil
	}
	if !t.IsKept(budget) {
		return true, v, err
	}
	return core.EndPoll(t, budget, v, err)
}

// giveBack puts an operation back on the budget, which has found no message and goes on by
// another poll, which takes one off: a receive in steps is that poll alone.
func giveBack(in *sched.Context) { in.SetBudget(in.Budget() + 1) }

// awaitMessage waits for the next message.
func (rx *Receiver[T]) awaitMessage(task *edo.Task) (T, error) {
	v, err := edo.Await(task, edo.Future[T]((*receiving[T])(rx)))
	if err == nil {
		rx.c.recordFunction(task, inside.Task(task).Cx.Root())
	}
	return v, err
}

// RecvFuture returns a future of the next message, or of an error as that of
// [Receiver.Recv]. It allocates nothing, and takes the message when it is Ready and
// not before. Dropping it leaves the receiver as it is.
func (rx *Receiver[T]) RecvFuture() edo.Future[T] { return (*receiving[T])(rx) }

// receiving is a receiver as the future of its next message. It is the leaf of every receive.
type receiving[T any] Receiver[T]

// Poll is [Receiver.PollRecv].
func (f *receiving[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	return (*Receiver[T])(f).PollRecv(cx)
}

// TryRecv returns the next message. The error matches [edo.ErrEmpty] when there is
// none now, and [edo.ErrClosed] when none can come. It never waits.
func (rx *Receiver[T]) TryRecv() (T, error) {
	v, p := rx.c.receive(nil, false)
	switch p {
	case edo.Pending:
		return v, errEmpty
	case edo.End:
		return v, errEnd
	}
	return v, nil
}

// Close refuses messages that were not accepted yet. It wakes the senders that wait in line,
// and the tasks that wait for the end. Accepted messages can still be received, and so can
// messages that are sent with permits that are out: the end comes when the last permit is
// back.
func (rx *Receiver[T]) Close() {
	c := &rx.c
	(*debtor[T])(c).Settle(nil) // free slots belong to the line: rule 3
	c.closeChannel(false)
}

// Drop closes the receiver and drops the messages that were not received. Permits that are
// out refuse to send from then on. It is for owners: it wakes no task that waits in a receive.
func (rx *Receiver[T]) Drop() {
	c := &rx.c
	c.closeChannel(true)
	c.discardMessages()
}

// discardMessages drops the messages of a channel that is closed, all of them also when a
// Drop panics.
func (c *channel[T]) discardMessages() {
	left := true
	defer func() {
		if left {
			c.discardMessages()
		}
	}()
	for v, p := c.receive(nil, false); p == edo.Ready; v, p = c.receive(nil, false) {
		own.Discard(v)
	}
	left = false
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tailSegment, c.headSegment = nil, nil
	c.owner.current.Store(nil)
	if c.coldPart != nil {
		c.coldPart.spareSegment = nil
	}
}

// IsClosed reports whether the receiver was closed, or no message can be sent any more: every
// handle is closed, no permit is out, and the line is empty. There may be messages left.
func (rx *Receiver[T]) IsClosed() bool {
	c := &rx.c
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed.Load() || !c.mayStillSend()
}
