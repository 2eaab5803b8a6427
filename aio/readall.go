package aio

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/reuse"
)

// ReadAll reads to the end, appends the bytes to buf and returns the result, as append
// does; buf may be nil. The end is not an error. With an error, also with
// [edo.ErrCancelled], the result has the bytes that were read before it.
//
// There is no limit: do not use it on a connection from a peer that you do not trust. It
// copies each byte once or twice, and while it waits it holds only the result.
//
//edo:step ReadAllStep
func ReadAll(task *edo.Task, r Reader, buf []byte) ([]byte, error) {
	return await[[]byte](task, &readAlls, readAll{r: r, buf: buf})
}

// ReadAllStep is the step form of [ReadAll].
func ReadAllStep(task *edo.Task, st *edo.Step, r Reader, buf []byte) (done bool, all []byte, err error) {
	return awaitStep[[]byte](task, st, &readAlls, readAll{r: r, buf: buf})
}

// ReadAllFuture is [ReadAll] as a future. It keeps buf.
func ReadAllFuture(r Reader, buf []byte) edo.Future[[]byte] { return &readAll{r: r, buf: buf} }

var readAlls reuse.Pool[readAll, *readAll]

type readAll struct {
	r     Reader
	buf   []byte
	waits pendingRead
}

// Drop gives the rest of the read up.
func (o *readAll) Drop() { o.waits.giveUp(o.r) }

func (o *readAll) progress() []byte { return o.buf }

// spareRoom is how much free room buf must have to be read into directly.
const spareRoom = 512

func (o *readAll) Poll(cx *edo.Context) ([]byte, edo.Poll, error) {
	if o.r == nil {
		return polledAgain[[]byte](cx)
	}
	poll, err := o.read(cx)
	if poll == edo.Pending {
		return nil, edo.Pending, nil
	}
	o.r = nil
	return o.buf, edo.Ready, err
}

// read reads into the free room of buf, or into a chunk if there is little room: so a
// reader that is pending, or at its end, does not make buf grow, and bytes that fit into
// buf are never moved.
func (o *readAll) read(cx *edo.Context) (edo.Poll, error) {
	var borrowed *chunk
	defer func() {
		if borrowed != nil {
			chunks.Put(borrowed)
		}
	}()
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		room := o.buf[len(o.buf):cap(o.buf)]
		direct := len(room) >= spareRoom
		if !direct {
			if borrowed == nil {
				borrowed = chunks.Get().(*chunk)
			}
			room = borrowed[:]
		}
		n, poll, err := o.r.PollRead(cx, room)
		turn.End(cx)
		switch {
		case o.waits.note(cx, o.r, poll):
			return edo.Pending, nil
		case err == io.EOF:
			return edo.Ready, nil
		case err != nil:
			return edo.Ready, err
		case n == 0:
			return edo.Ready, io.ErrNoProgress
		case direct:
			o.buf = o.buf[:len(o.buf)+n]
		default:
			o.buf = append(o.buf, room[:n]...)
		}
	}
}
