package watch

import (
	"errors"

	"github.com/edo-go/edo"
)

// see is the mechanism behind all that waits for a change: Ready when rx has not seen
// the value, which it then has, or with an error when there is nothing to wait for.
// Otherwise the task will be woken that waits for leaf, which is one of rx's; or another
// one waits with rx, and there is an error.
func (c *channel[T]) see(cx *edo.Context, rx *Receiver[T], leaf edo.Leaf) (v T, p edo.Poll, err error) {
	for {
		v, p, err = c.seeOrWait(cx, rx)
		if p != contested {
			return v, p, err
		}
		if err := rx.contend(cx, leaf); err != nil {
			return v, edo.Ready, err
		}
	}
}

// contested says that the waker of another task is where a receiver's is to be. It is no
// result of a poll: see contend.
const contested edo.Poll = 255

func (c *channel[T]) seeOrWait(cx *edo.Context, rx *Receiver[T]) (v T, p edo.Poll, err error) {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	unseen, err := c.unseen(rx)
	switch {
	case err != nil:
		return v, edo.Ready, err
	case unseen:
		rx.seen = c.version
		return c.value, edo.Ready, nil
	case !c.Waiting.Admit(&rx.entry, cx.Waker()):
		return v, contested, nil
	}
	return v, edo.Pending, nil
}

// useClone is what to do instead of waiting twice.
const useClone = "one task at a time waits with a Receiver; Clone gives each task one of its own"

// contend makes room for the task of cx, which waits for leaf, unless another one waits
// with rx still, for whichever of its leaves: that is an error.
func (rx *Receiver[T]) contend(cx *edo.Context, leaf edo.Leaf) error {
	return rx.ch.Contend(cx, &rx.entry, useClone, leaf, rx, (*suiting[T])(rx))
}

// PollChanged is Ready when there is a value that this receiver has not seen, and marks
// it as seen. The error matches [edo.ErrClosed] when there is none and all senders are
// closed, or this receiver is closed. While another task waits with rx it is an
// [*edo.BusyError].
func (rx *Receiver[T]) PollChanged(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(rx) {
		return edo.Pending, nil
	}
	_, p, err := rx.ch.see(cx, rx, rx)
	return p, err
}

// PollNext is Ready with the value when this receiver has not seen it, and marks it as
// seen. It is the End where [Receiver.PollChanged] has an error that matches
// [edo.ErrClosed]. End comes again. The
// only error is an [*edo.BusyError].
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed(rx) {
		return v, edo.Pending, nil
	}
	v, p, err = rx.ch.see(cx, rx, rx)
	if errors.Is(err, edo.ErrClosed) {
		return v, edo.End, nil
	}
	return v, p, err
}

// Waits says that a change is waited for, and who may make it: the handles that are
// open, by where they were made.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait { return rx.waits("changed", "nothing unseen") }

// waits says that what is waited for, and why it is not there, unless it is.
func (rx *Receiver[T]) waits(what, why string) edo.Wait {
	c := rx.ch
	c.Mu.Lock()
	gone, unseen, senders, made := rx.gone, rx.seen != c.version, c.Senders(), c.Made()
	c.Mu.Unlock()
	switch {
	case gone:
		return edo.Wait{On: "watch: " + what + " (closed)"}
	case unseen:
		why = "a value unseen"
	case senders == 0:
		why = "at its end: every sender is closed"
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
