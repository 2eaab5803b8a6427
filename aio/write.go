package aio

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/reuse"
)

// Write waits until there is room and writes the bytes of p that fit. It returns how many
// it has written: possibly fewer than all, without an error. See [WriteAll].
//
//edo:step WriteStep
func Write(task *edo.Task, w Writer, p []byte) (int, error) {
	return await[int](task, &writes, write{w: w, p: p})
}

// WriteStep is the step form of [Write].
func WriteStep(task *edo.Task, st *edo.Step, w Writer, p []byte) (done bool, n int, err error) {
	return awaitStep[int](task, st, &writes, write{w: w, p: p})
}

// WriteFuture is [Write] as a future. It keeps p.
func WriteFuture(w Writer, p []byte) edo.Future[int] { return &write{w: w, p: p} }

var writes reuse.Pool[write, *write]

type write struct {
	w     Writer
	p     []byte
	n     int
	waits pendingWrite
}

// Drop gives the write up.
func (o *write) Drop() { o.waits.giveUp(o.w) }

func (o *write) progress() int { return o.n }

func (o *write) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if o.w == nil {
		return polledAgain[int](cx)
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return 0, edo.Pending, nil
	}
	n, poll, err := o.w.PollWrite(cx, o.p)
	turn.End(cx)
	if !o.waits.note(cx, o.w, poll) {
		*o = write{n: n}
	}
	return n, poll, err
}

// WriteAll writes all of p and returns how many bytes it has written, fewer than
// len(p) only with an error: [io.ErrShortWrite] when the writer takes no more. It
// does not flush.
//
//edo:step WriteAllStep
func WriteAll(task *edo.Task, w Writer, p []byte) (int, error) {
	return await[int](task, &writeAlls, writeAll{w: w, p: p})
}

// WriteAllStep is the step form of [WriteAll].
func WriteAllStep(task *edo.Task, st *edo.Step, w Writer, p []byte) (done bool, n int, err error) {
	return awaitStep[int](task, st, &writeAlls, writeAll{w: w, p: p})
}

// WriteAllFuture is [WriteAll] as a future. It keeps p.
func WriteAllFuture(w Writer, p []byte) edo.Future[int] { return &writeAll{w: w, p: p} }

var writeAlls reuse.Pool[writeAll, *writeAll]

type writeAll struct {
	w     Writer
	p     []byte
	n     int // bytes of p that are written
	waits pendingWrite
}

// Drop gives the rest of the write up.
func (o *writeAll) Drop() { o.waits.giveUp(o.w) }

func (o *writeAll) progress() int { return o.n }

func (o *writeAll) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if o.w == nil {
		return polledAgain[int](cx)
	}
	poll, err := o.write(cx)
	if poll == edo.Pending {
		return 0, edo.Pending, nil
	}
	*o = writeAll{n: o.n}
	return o.n, edo.Ready, err
}

// write writes until all of p is written.
func (o *writeAll) write(cx *edo.Context) (edo.Poll, error) {
	if len(o.p) == 0 && !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	for o.n < len(o.p) {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		n, poll, err := o.w.PollWrite(cx, o.p[o.n:])
		turn.End(cx)
		switch {
		case o.waits.note(cx, o.w, poll):
			return edo.Pending, nil
		case err != nil:
			return edo.Ready, err
		case n == 0:
			return edo.Ready, io.ErrShortWrite
		}
		o.n += n
	}
	return edo.Ready, nil
}

// Flush waits until no byte that w has taken is left in a buffer of w.
//
//edo:step FlushStep
func Flush(task *edo.Task, w Writer) error {
	_, err := await[edo.Unit](task, &flushes, flush{finish{w: w}})
	return err
}

// FlushStep is the step form of [Flush].
func FlushStep(task *edo.Task, st *edo.Step, w Writer) (done bool, err error) {
	done, _, err = awaitStep[edo.Unit](task, st, &flushes, flush{finish{w: w}})
	return done, err
}

// FlushFuture is [Flush] as a future.
func FlushFuture(w Writer) edo.Future[edo.Unit] { return &flush{finish{w: w}} }

// Shutdown flushes w and tells the other side that no more bytes will come. The caller can
// still read.
//
//edo:step ShutdownStep
func Shutdown(task *edo.Task, w Writer) error {
	_, err := await[edo.Unit](task, &shutdowns, shutdown{finish{w: w}})
	return err
}

// ShutdownStep is the step form of [Shutdown].
func ShutdownStep(task *edo.Task, st *edo.Step, w Writer) (done bool, err error) {
	done, _, err = awaitStep[edo.Unit](task, st, &shutdowns, shutdown{finish{w: w}})
	return done, err
}

// ShutdownFuture is [Shutdown] as a future.
func ShutdownFuture(w Writer) edo.Future[edo.Unit] { return &shutdown{finish{w: w}} }

var (
	flushes   reuse.Pool[flush, *flush]
	shutdowns reuse.Pool[shutdown, *shutdown]
)

type (
	flush    struct{ finish }
	shutdown struct{ finish }
)

func (o *flush) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	return o.poll(cx, Writer.PollFlush)
}

func (o *shutdown) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	return o.poll(cx, Writer.PollShutdown)
}

// finish is the common part of flush and shutdown.
type finish struct {
	w     Writer
	waits pendingWrite
}

// Drop gives the operation up.
func (o *finish) Drop() { o.waits.giveUp(o.w) }

func (o *finish) progress() edo.Unit { return edo.Unit{} }

// poll polls w by step until that is ready.
func (o *finish) poll(cx *edo.Context, step func(Writer, *edo.Context) (edo.Poll, error)) (edo.Unit, edo.Poll, error) {
	if o.w == nil {
		return polledAgain[edo.Unit](cx)
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return edo.Unit{}, edo.Pending, nil
	}
	poll, err := step(o.w, cx)
	turn.End(cx)
	if !o.waits.note(cx, o.w, poll) {
		o.w = nil
	}
	return edo.Unit{}, poll, err
}
