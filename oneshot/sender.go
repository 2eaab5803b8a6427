package oneshot

import "github.com/edo-go/edo"

// Sender is the half that sends. One goroutine at a time uses it. Whoever owns
// one sends, closes or drops it: a receiver waits for that.
type Sender[T any] channel[T]

func (tx *Sender[T]) ch() *channel[T] { return (*channel[T])(tx) }

// Send sends v and wakes the receiver. It never waits. With an error, which
// matches [edo.ErrClosed], v is still the caller's: the receiver is gone, or this
// sender has sent already or was closed.
func (tx *Sender[T]) Send(v T) error { return tx.ch().send(nil, v) }

// SendBy is [Sender.Send] from inside the poll that cx belongs to, and faster:
// the receiver runs next on this worker, most of the time.
func (tx *Sender[T]) SendBy(cx *edo.Context, v T) error { return tx.ch().send(cx, v) }

// PollClosed is Ready once a Send would fail: when the receiver
// was closed or dropped, or this sender has sent or was closed. Any number of tasks may
// wait for that; each is woken.
func (tx *Sender[T]) PollClosed(cx *edo.Context) edo.Poll {
	if !cx.Proceed((*closing[T])(tx)) {
		return edo.Pending
	}
	return tx.ch().attend(cx)
}

// Closed waits until a Send would fail, as [Sender.PollClosed] says it. It is how
// whoever works on an answer learns that nobody wants it any more.
func (tx *Sender[T]) Closed(task *edo.Task) error {
	_, err := edo.Await(task, edo.Future[edo.Unit]((*closing[T])(tx)))
	return err
}

// ClosedFuture is [Sender.Closed] as a future. Dropping it leaves the sender as
// it is.
func (tx *Sender[T]) ClosedFuture() edo.Future[edo.Unit] { return (*closing[T])(tx) }

// IsClosed says whether a Send would fail. Once true it stays true.
func (tx *Sender[T]) IsClosed() bool { return tx.ch().state.Load()&over != 0 }

// Close ends the channel, unless something was sent: the receiver gets an error
// that matches [edo.ErrClosed].
func (tx *Sender[T]) Close() { tx.ch().end(gone, true) }

// Drop is [Sender.Close], for owners.
func (tx *Sender[T]) Drop() { tx.Close() }
