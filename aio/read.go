package aio

import (
	"io"

	"github.com/edo-go/edo"
)

// Read reads what there is, at least one byte unless p is empty, and returns how
// many bytes it has read. The error is [io.EOF] at the end; there are no bytes
// when there is an error.
func Read(task *edo.Task, r Reader, p []byte) (int, error) {
	return await[int](task, &reads, read{r: r, p: p})
}

// ReadFuture is [Read] as a future. It keeps p.
func ReadFuture(r Reader, p []byte) edo.Future[int] { return &read{r: r, p: p} }

var reads pool[read]

type read struct {
	r Reader
	p []byte
	n int
}

func (o *read) progress() int { return o.n }

func (o *read) Poll(cx *edo.Context) (int, edo.Poll, error) {
	n, poll, err := o.r.PollRead(cx, o.p)
	o.n = n
	return n, poll, err
}

// ReadFull fills p and returns how many bytes it has read, fewer than len(p) only
// with an error. The error is [io.ErrUnexpectedEOF] when the end comes first, even
// when it comes before the first byte: then the count is 0.
func ReadFull(task *edo.Task, r Reader, p []byte) (int, error) {
	return await[int](task, &readFulls, readFull{r: r, p: p})
}

// ReadFullFuture is [ReadFull] as a future. It keeps p.
func ReadFullFuture(r Reader, p []byte) edo.Future[int] { return &readFull{r: r, p: p} }

var readFulls pool[readFull]

type readFull struct {
	r Reader
	p []byte
	n int // how many have been read
}

func (o *readFull) progress() int { return o.n }

func (o *readFull) Poll(cx *edo.Context) (int, edo.Poll, error) {
	for o.n < len(o.p) {
		n, poll, err := o.r.PollRead(cx, o.p[o.n:])
		switch {
		case poll == edo.Pending:
			return 0, edo.Pending, nil
		case err == io.EOF:
			return o.n, edo.Ready, io.ErrUnexpectedEOF
		case err != nil:
			return o.n, edo.Ready, err
		case n == 0:
			return o.n, edo.Ready, io.ErrNoProgress
		}
		o.n += n
	}
	return o.n, edo.Ready, nil
}
