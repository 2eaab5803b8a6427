package watch

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
)

// pollUnseen is the mechanism behind every wait for a change. It is Ready with the value
// when rx has not seen it, and marks it as seen; it is Ready with an error when no change
// can come, or when another task waits with rx. Otherwise the task of cx, which waits for
// leaf, will be woken by a change.
func (c *channel[T]) pollUnseen(cx *edo.Context, rx *Receiver[T], leaf edo.Leaf) (v T, p edo.Poll, err error) {
	for {
		v, p, err = c.pollUnseenOnce(cx, rx)
		if p != fanout.Contested {
			return v, p, err
		}
		if err := rx.evictStale(cx, leaf); err != nil {
			return v, edo.Ready, err
		}
	}
}

// pollUnseenOnce is pollUnseen, but Contested while the entry of rx has another task's waker.
func (c *channel[T]) pollUnseenOnce(cx *edo.Context, rx *Receiver[T]) (v T, p edo.Poll, err error) {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	unseen, err := c.hasUnseen(rx)
	switch {
	case err != nil:
		return v, edo.Ready, err
	case unseen:
		rx.seen = c.version
		return c.value, edo.Ready, nil
	case !c.Waiting.Admit(&rx.entry, cx.Waker()):
		return v, fanout.Contested, nil
	}
	return v, edo.Pending, nil
}

// useClone is the advice to a second task that waits with one receiver.
const useClone = "one task at a time waits with a Receiver; Clone gives each task one of its own"

// evictStale makes room for the task of cx, which waits for leaf. It returns an error if
// another task waits with rx still, for one of its leaves.
func (rx *Receiver[T]) evictStale(cx *edo.Context, leaf edo.Leaf) error {
	return rx.ch.EvictStale(cx, &rx.entry, useClone, leaf, rx, (*waitForLeaf[T])(rx))
}

// PollChanged is Ready when there is a value that this receiver has not seen, and marks it
// as seen. The error matches [edo.ErrClosed] when there is no such value and all senders
// are closed, or this receiver is closed. While another task waits with rx, it is an
// [*edo.BusyError].
func (rx *Receiver[T]) PollChanged(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(rx) {
		return edo.Pending, nil
	}
	_, p, err := rx.ch.pollUnseen(cx, rx, rx)
	return p, err
}

// PollNext is Ready with the value when this receiver has not seen it, and marks it as
// seen. It is the End where [Receiver.PollChanged] has an error that matches
// [edo.ErrClosed]. A further poll is the End again. The only error is an
// [*edo.BusyError].
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !cx.Proceed(rx) {
		return v, edo.Pending, nil
	}
	v, p, err = rx.ch.pollUnseen(cx, rx, rx)
	if errors.Is(err, edo.ErrClosed) {
		return v, edo.End, nil
	}
	return v, p, err
}

// Waits says that rx waits for a change, and which senders may make it: those that are open,
// by where they were made.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait {
	return rx.describeWait("changed", "nothing unseen")
}

// describeWait says that rx waits for what, and why that has not come, unless it has.
func (rx *Receiver[T]) describeWait(what, why string) edo.Wait {
	c := rx.ch
	c.Mu.Lock()
	closed, unseen, senders, madeAt := rx.closed, rx.seen != c.version, c.Senders(), c.SendersMadeAt()
	c.Mu.Unlock()
	switch {
	case closed:
		return edo.Wait{On: "watch: " + what + " (closed)"}
	case unseen:
		why = "a value unseen"
	case senders == 0:
		why = "at its end: every sender is closed"
	}
	return edo.Wait{On: "watch: " + what + " (" + why + ")", By: madeAt.Describe("sender")}
}

// Changed waits until there is a value that this receiver has not seen, and marks it as
// seen; if there is one, Changed returns at once. The error matches [edo.ErrClosed] when
// there is no such value and all senders are closed, or this receiver is closed; and
// [edo.ErrCancelled] when the task was cancelled: then no value was marked as seen. Changed
// allocates nothing.
//
//edo:step ChangedStep
func (rx *Receiver[T]) Changed(task *edo.Task) error {
	_, err := edo.Await(task, edo.Future[edo.Unit]((*changedFuture[T])(rx)))
	return err
}

// ChangedStep is the step form of [Receiver.Changed].
func (rx *Receiver[T]) ChangedStep(task *edo.Task) (done bool, err error) {
	done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit]((*changedFuture[T])(rx)))
	return done, err
}

// ChangedFuture returns [Receiver.Changed] as a future. It allocates nothing. To drop it does
// not change the receiver.
func (rx *Receiver[T]) ChangedFuture() edo.Future[edo.Unit] { return (*changedFuture[T])(rx) }

// changedFuture is a receiver as the future of a change.
type changedFuture[T any] Receiver[T]

// Poll is [Receiver.PollChanged].
func (rx *changedFuture[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	p, err := (*Receiver[T])(rx).PollChanged(cx)
	return edo.Unit{}, p, err
}
