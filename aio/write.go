package aio

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
)

// Write writes what there is room for and returns how many bytes of p that was:
// possibly fewer than all, without an error. See [WriteAll].
func Write(task *edo.Task, w Writer, p []byte) (int, error) {
	return await[int](task, &writes, write{w: w, p: p})
}

// WriteFuture is [Write] as a future. It keeps p.
func WriteFuture(w Writer, p []byte) edo.Future[int] { return &write{w: w, p: p} }

var writes pool[write]

type write struct {
	w Writer
	p []byte
	n int
}

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
	if poll != edo.Pending {
		*o = write{n: n}
	}
	return n, poll, err
}

// WriteAll writes all of p and returns how many bytes it has written, fewer than
// len(p) only with an error: [io.ErrShortWrite] when the writer takes no more. It
// does not flush.
func WriteAll(task *edo.Task, w Writer, p []byte) (int, error) {
	return await[int](task, &writeAlls, writeAll{w: w, p: p})
}

// WriteAllFuture is [WriteAll] as a future. It keeps p.
func WriteAllFuture(w Writer, p []byte) edo.Future[int] { return &writeAll{w: w, p: p} }

var writeAlls pool[writeAll]

type writeAll struct {
	w Writer
	p []byte
	n int // how many have been written
}

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
		case poll == edo.Pending:
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

// Flush waits until everything that w has taken is on its way.
func Flush(task *edo.Task, w Writer) error {
	_, err := await[edo.Unit](task, &flushes, flush{w})
	return err
}

// FlushFuture is [Flush] as a future.
func FlushFuture(w Writer) edo.Future[edo.Unit] { return &flush{w} }

var flushes pool[flush]

type flush struct{ w Writer }

func (o *flush) progress() edo.Unit { return edo.Unit{} }

func (o *flush) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if o.w == nil {
		return polledAgain[edo.Unit](cx)
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return edo.Unit{}, edo.Pending, nil
	}
	poll, err := o.w.PollFlush(cx)
	turn.End(cx)
	if poll != edo.Pending {
		o.w = nil
	}
	return edo.Unit{}, poll, err
}

// Shutdown flushes w and tells the other side that this was all. Reading goes on.
func Shutdown(task *edo.Task, w Writer) error {
	_, err := await[edo.Unit](task, &shutdowns, shutdown{w})
	return err
}

// ShutdownFuture is [Shutdown] as a future.
func ShutdownFuture(w Writer) edo.Future[edo.Unit] { return &shutdown{w} }

var shutdowns pool[shutdown]

type shutdown struct{ w Writer }

func (o *shutdown) progress() edo.Unit { return edo.Unit{} }

func (o *shutdown) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if o.w == nil {
		return polledAgain[edo.Unit](cx)
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return edo.Unit{}, edo.Pending, nil
	}
	poll, err := o.w.PollShutdown(cx)
	turn.End(cx)
	if poll != edo.Pending {
		o.w = nil
	}
	return edo.Unit{}, poll, err
}
