package aio

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/reuse"
)

// CopyBidirectional copies from a to b and from b to a until both are at their end: a proxy.
// It returns how many bytes of each the other has taken.
//
// When one is at its end, the other is shut down after the last byte, and what comes from the
// other still goes on: a half-close passes through. An error in either direction returns at
// once, and leaves both connections as they are: the caller closes them. For a limit on
// idleness set it on a and b, see [Timed].
//
// Each direction is as [Copy]: a buffer of 32 KiB, or a pipe of the kernel of 64, while it has
// bytes to write, and none while it waits to read. Cancelled or failed, it loses at most these
// bytes.
//
//edo:step CopyBidirectionalStep
func CopyBidirectional(task *edo.Task, a, b ReadWriter) (fromA, fromB int64, err error) {
	n, err := await[Copied](task, &exchanges, newExchange(a, b))
	return n.FromA, n.FromB, err
}

// CopyBidirectionalStep is the step form of [CopyBidirectional].
func CopyBidirectionalStep(task *edo.Task, st *edo.Step, a, b ReadWriter) (done bool, fromA, fromB int64, err error) {
	done, n, err := awaitStep[Copied](task, st, &exchanges, newExchange(a, b))
	return done, n.FromA, n.FromB, err
}

// Copied says how many bytes of each side the other has taken.
type Copied struct{ FromA, FromB int64 }

// CopyBidirectionalFuture is [CopyBidirectional] as a future. With an error its value says how
// far it came. It is an [edo.Dropper]: Drop gives the buffers back.
func CopyBidirectionalFuture(a, b ReadWriter) edo.Future[Copied] {
	o := newExchange(a, b)
	return &o
}

var exchanges reuse.Pool[exchange, *exchange]

// exchange is a copy in both directions.
type exchange struct {
	fromA, fromB oneWay
	hasEnded     bool
}

func newExchange(a, b ReadWriter) exchange {
	return exchange{
		fromA: oneWay{transfer: transfer{dst: b, src: a}},
		fromB: oneWay{transfer: transfer{dst: a, src: b}},
	}
}

// oneWay is a copy that shuts its destination down at the end.
type oneWay struct {
	transfer transfer
	shutdown shutdown // of the destination, once the copy has ended
	isCopied bool
	isDone   bool
}

func (o *exchange) progress() Copied {
	return Copied{FromA: o.fromA.transfer.n, FromB: o.fromB.transfer.n}
}

// Drop gives the buffers back, and the operations up that wait.
func (o *exchange) Drop() {
	o.fromA.drop()
	o.fromB.drop()
}

func (o *oneWay) drop() {
	o.transfer.Drop()
	o.shutdown.Drop()
}

func (o *exchange) Poll(cx *edo.Context) (Copied, edo.Poll, error) {
	if o.hasEnded {
		return polledAgain[Copied](cx)
	}
	for _, way := range [...]*oneWay{&o.fromA, &o.fromB} {
		if err := way.poll(cx); err != nil {
			o.hasEnded = true
			o.Drop()
			return o.progress(), edo.Ready, err
		}
	}
	if !o.fromA.isDone || !o.fromB.isDone {
		return Copied{}, edo.Pending, nil
	}
	o.hasEnded = true
	return o.progress(), edo.Ready, nil
}

// poll goes as far as it can.
func (w *oneWay) poll(cx *edo.Context) error {
	if w.isDone {
		return nil
	}
	if !w.isCopied {
		dst := w.transfer.dst
		_, poll, err := w.transfer.Poll(cx)
		if poll == edo.Pending || err != nil {
			return err
		}
		w.isCopied = true
		w.shutdown.w = dst
	}
	_, poll, err := w.shutdown.Poll(cx)
	w.isDone = poll == edo.Ready && err == nil
	return err
}
