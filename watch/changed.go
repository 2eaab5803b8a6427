package watch

import "github.com/edo-go/edo"

// see is the mechanism behind all that waits for a change: Ready when rx has not seen
// the value, which it then has, or with an error when there is nothing to wait for.
// Otherwise rx will be woken.
func (c *channel[T]) see(cx *edo.Context, rx *Receiver[T]) (v T, p edo.Poll, err error) {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	unseen, err := c.unseen(rx)
	switch {
	case err != nil:
		return v, edo.Ready, err
	case unseen:
		rx.seen = c.version
		return c.value, edo.Ready, nil
	}
	c.Waiting.Join(&rx.entry, cx.Waker())
	return v, edo.Pending, nil
}

// PollChanged is Ready when there is a value that this receiver has not seen, and marks
// it as seen. The error matches [edo.ErrClosed] when there is none and all senders are
// closed, or this receiver is closed.
func (rx *Receiver[T]) PollChanged(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(rx) {
		return edo.Pending, nil
	}
	_, p, err := rx.ch.see(cx, rx)
	return p, err
}

// PollNext is Ready with the value when this receiver has not seen it, and marks it as
// seen. It is the End where [Receiver.PollChanged] has an error. End comes again. There
// are no errors.
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed(rx) {
		return v, edo.Pending, nil
	}
	v, p, err = rx.ch.see(cx, rx)
	if err != nil {
		return v, edo.End, nil
	}
	return v, p, nil
}

// Waits says that a change is waited for, and who may make it: the handles that are
// open, by where they were made.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait { return rx.waits("changed", "nothing unseen") }

// waits says that what is waited for, and why it is not there, unless it is.
func (rx *Receiver[T]) waits(what, why string) edo.Wait {
	c := rx.ch
	c.Mu.Lock()
	gone, unseen, made := rx.gone, rx.seen != c.version, c.Made()
	c.Mu.Unlock()
	switch {
	case gone:
		return edo.Wait{On: "watch: " + what + " (closed)"}
	case unseen:
		why = "a value unseen"
	}
	return edo.Wait{On: "watch: " + what + " (" + why + ")", By: made.Describe("sender")}
}

// Changed waits until there is a value that this receiver has not seen, and marks it as
// seen; if there is one it returns at once. The error matches [edo.ErrClosed] when there
// is none and all senders are closed, or this receiver is closed; and [edo.ErrCancelled]
// when the task was asked to end: then nothing was marked as seen. It allocates nothing.
func (rx *Receiver[T]) Changed(task *edo.Task) error {
	_, err := edo.Await(task, edo.Future[edo.Unit]((*changing[T])(rx)))
	return err
}

// ChangedFuture returns [Receiver.Changed] as a future. It allocates nothing. Dropping
// it leaves the receiver as it is.
func (rx *Receiver[T]) ChangedFuture() edo.Future[edo.Unit] { return (*changing[T])(rx) }

// changing is a receiver as the future of a change.
type changing[T any] Receiver[T]

// Poll is [Receiver.PollChanged].
func (rx *changing[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	p, err := (*Receiver[T])(rx).PollChanged(cx)
	return edo.Unit{}, p, err
}
