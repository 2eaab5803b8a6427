package aio

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/reuse"
)

// Read waits until there are bytes and reads up to len(p) of them, at least one unless p is
// empty. It returns how many it has read. The error is [io.EOF] at the end; the count is 0
// when there is an error.
//
//edo:step ReadStep
func Read(task *edo.Task, r Reader, p []byte) (int, error) {
	return await[int](task, &reads, read{r: r, p: p})
}

// ReadStep is the step form of [Read].
func ReadStep(task *edo.Task, st *edo.Step, r Reader, p []byte) (done bool, n int, err error) {
	return awaitStep[int](task, st, &reads, read{r: r, p: p})
}

// ReadFuture is [Read] as a future. It keeps p.
func ReadFuture(r Reader, p []byte) edo.Future[int] { return &read{r: r, p: p} }

var reads reuse.Pool[read, *read]

type read struct {
	r     Reader
	p     []byte
	n     int
	waits pendingRead
}

// Drop gives the read up.
func (o *read) Drop() { o.waits.giveUp(o.r) }

func (o *read) progress() int { return o.n }

func (o *read) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if o.r == nil {
		return polledAgain[int](cx)
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return 0, edo.Pending, nil
	}
	n, poll, err := o.r.PollRead(cx, o.p)
	turn.End(cx)
	if !o.waits.note(cx, o.r, poll) {
		*o = read{n: n}
	}
	return n, poll, err
}

// ReadFull fills p and returns how many bytes it has read, fewer than len(p) only
// with an error. The error is [io.ErrUnexpectedEOF] when the end comes first, even
// when it comes before the first byte: then the count is 0.
//
//edo:step ReadFullStep
func ReadFull(task *edo.Task, r Reader, p []byte) (int, error) {
	return await[int](task, &readFulls, readFull{r: r, p: p})
}

// ReadFullStep is the step form of [ReadFull].
func ReadFullStep(task *edo.Task, st *edo.Step, r Reader, p []byte) (done bool, n int, err error) {
	return awaitStep[int](task, st, &readFulls, readFull{r: r, p: p})
}

// ReadFullFuture is [ReadFull] as a future. It keeps p.
func ReadFullFuture(r Reader, p []byte) edo.Future[int] { return &readFull{r: r, p: p} }

var readFulls reuse.Pool[readFull, *readFull]

type readFull struct {
	r     Reader
	p     []byte
	n     int // bytes of p that are read
	waits pendingRead
	atEOF bool // r has ended; an io.ErrUnexpectedEOF may also be an error of r
}

// Drop gives the rest of the read up.
func (o *readFull) Drop() { o.waits.giveUp(o.r) }

func (o *readFull) progress() int { return o.n }

func (o *readFull) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if o.r == nil {
		return polledAgain[int](cx)
	}
	poll, err := o.fill(cx)
	if poll == edo.Pending {
		return 0, edo.Pending, nil
	}
	*o = readFull{n: o.n, atEOF: o.atEOF}
	return o.n, edo.Ready, err
}

// fill reads until p is full.
func (o *readFull) fill(cx *edo.Context) (edo.Poll, error) {
	if len(o.p) == 0 && !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	for o.n < len(o.p) {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		n, poll, err := o.r.PollRead(cx, o.p[o.n:])
		turn.End(cx)
		switch {
		case o.waits.note(cx, o.r, poll):
			return edo.Pending, nil
		case err == io.EOF:
			o.atEOF = true
			return edo.Ready, io.ErrUnexpectedEOF
		case err != nil:
			return edo.Ready, err
		case n == 0:
			return edo.Ready, io.ErrNoProgress
		}
		o.n += n
	}
	return edo.Ready, nil
}
