package oneshot

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/discard"
)

// edo drops both halves with a message that no task will receive.
var (
	_ discard.Owned = (*Sender[int])(nil)
	_ discard.Owned = (*Receiver[int])(nil)
)

type oneOwner = discard.OneOwner

// Sender is the half that sends. One goroutine at a time uses it. Its owner sends, closes or
// drops it: a receiver waits for that.
type Sender[T any] struct {
	//lint:ignore U1000 its method is looked for by package discard
	oneOwner
	c channel[T]
}

// Send sends v and wakes the receiver. It never waits. With an error, which matches
// [edo.ErrClosed], v is still the caller's: the receiver is gone, or this sender has sent
// already or was closed.
func (tx *Sender[T]) Send(v T) error { return tx.c.send(nil, v) }

// SendBy is [Sender.Send] from inside the poll that cx belongs to, and faster: most of the
// time the receiver runs next on this worker.
func (tx *Sender[T]) SendBy(cx *edo.Context, v T) error { return tx.c.send(cx, v) }

// PollClosed is Ready once a Send would fail: when the receiver was closed or dropped, or
// this sender has sent or was closed. Any number of tasks may wait for that. Each is woken.
func (tx *Sender[T]) PollClosed(cx *edo.Context) edo.Poll {
	if !cx.Proceed((*closing[T])(tx)) {
		return edo.Pending
	}
	return tx.watchEnd(cx)
}

// Closed waits until a Send would fail, as [Sender.PollClosed] says. So a task that works on
// an answer learns that no task waits for it any more.
//
//edo:step ClosedStep
func (tx *Sender[T]) Closed(task *edo.Task) error {
	_, err := edo.Await(task, edo.Future[edo.Unit]((*closing[T])(tx)))
	return err
}

// ClosedStep is the step form of [Sender.Closed].
func (tx *Sender[T]) ClosedStep(task *edo.Task) (done bool, err error) {
	done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit]((*closing[T])(tx)))
	return done, err
}

// ClosedFuture is [Sender.Closed] as a future. Dropping it leaves the sender as it is.
func (tx *Sender[T]) ClosedFuture() edo.Future[edo.Unit] { return (*closing[T])(tx) }

// IsClosed reports whether a Send would fail. Once true it stays true.
func (tx *Sender[T]) IsClosed() bool { return tx.c.state.Load()&ended != 0 }

// Close ends the channel, unless a value was sent: the receiver gets an error that matches
// [edo.ErrClosed].
func (tx *Sender[T]) Close() { tx.c.endBy(gone, true) }

// Drop is [Sender.Close], for owners.
func (tx *Sender[T]) Drop() { tx.Close() }
