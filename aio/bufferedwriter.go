package aio

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
)

// BufferedWriter is a writer with a buffer, as bufio.Writer is: few large writes to the
// connection in the place of many small ones. It has the buffer while there are bytes in it:
// after a flush it costs none. Buffers of up to 32 KiB are from a pool.
//
// The bytes stay in the buffer until it is full, or until [Flush] or [Shutdown]. An error of
// the writer is that of every later operation. One task at a time uses a BufferedWriter.
type BufferedWriter struct {
	w        Writer
	size     int
	buf      []byte // nil: there is none
	from, to int    // buf[from:to] is to be written
	err      error
}

// NewBufferedWriter returns a writer to w with a buffer of size bytes; 0 means 4 KiB. It
// borrows w. It panics when size is negative.
func NewBufferedWriter(w Writer, size int) *BufferedWriter {
	return &BufferedWriter{w: w, size: bufferSize(size)}
}

// Size returns the size of the buffer.
func (b *BufferedWriter) Size() int { return b.size }

// Buffered returns how many bytes are in the buffer.
func (b *BufferedWriter) Buffered() int { return b.to - b.from }

// PollWrite takes what there is room for. It writes the buffer when that is full, and a p that
// is as large as the buffer directly when the buffer is empty.
func (b *BufferedWriter) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	isFull := b.buf != nil && b.to == len(b.buf)
	if isFull {
		if poll, err := b.pollEmpty(cx); poll == edo.Pending || err != nil {
			return 0, poll, err
		}
	}
	if b.err == nil && b.buf == nil && len(p) >= b.size {
		n, poll, err := b.w.PollWrite(cx, p)
		b.err = err
		return n, poll, err
	}
	switch {
	case !isFull && !cx.Proceed(nil):
		return 0, edo.Pending, nil
	case b.err != nil:
		return 0, edo.Ready, b.err
	case len(p) == 0:
		return 0, edo.Ready, nil
	case b.buf == nil:
		b.buf = takeBuffer(b.size)
	}
	n := copy(b.buf[b.to:], p)
	b.to += n
	return n, edo.Ready, nil
}

// pollEmpty writes all that is in the buffer, and gives the buffer back.
func (b *BufferedWriter) pollEmpty(cx *edo.Context) (edo.Poll, error) {
	for b.err == nil && b.from < b.to {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		n, poll, err := b.w.PollWrite(cx, b.buf[b.from:b.to])
		turn.End(cx)
		if poll == edo.Pending {
			return edo.Pending, nil
		}
		if b.err = err; err == nil && n == 0 {
			b.err = io.ErrShortWrite
		}
		b.from += n
	}
	if b.buf != nil {
		giveBuffer(b.buf)
		b.buf, b.from, b.to = nil, 0, 0
	}
	return edo.Ready, b.err
}

// PollFlush writes what is in the buffer, and flushes the writer.
func (b *BufferedWriter) PollFlush(cx *edo.Context) (edo.Poll, error) {
	return b.emptyAnd(cx, b.w.PollFlush)
}

// PollShutdown writes what is in the buffer, and shuts the writer down.
func (b *BufferedWriter) PollShutdown(cx *edo.Context) (edo.Poll, error) {
	return b.emptyAnd(cx, b.w.PollShutdown)
}

func (b *BufferedWriter) emptyAnd(cx *edo.Context, then func(cx *edo.Context) (edo.Poll, error)) (edo.Poll, error) {
	if b.err != nil && !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	if poll, err := b.pollEmpty(cx); poll == edo.Pending || err != nil {
		return poll, err
	}
	poll, err := then(cx)
	b.err = err
	return poll, err
}

// AbandonWrite passes on that a write was given up: see [AbandonRead].
func (b *BufferedWriter) AbandonWrite(w edo.Waker) { AbandonWrite(b.w, w) }
