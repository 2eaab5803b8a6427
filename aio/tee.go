package aio

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
)

// TeeReader reads from one reader, and writes what it has read to a writer before it reads
// on.
type TeeReader struct {
	r Reader
	w Writer

	chunk    *chunk // nil while every byte is written
	from, to int    // chunk[from:to] is not written yet
	err      error  // of the writer, kept
	writes   pendingWrite
}

// Tee returns a reader of r that writes to w what it reads. It borrows both, and does not
// flush or shut down w.
//
// A read returns when r has given bytes. They are written by the same poll if w has room, and
// before the next read of r otherwise: so w is at most one read behind, and a slow w slows
// the reads down. The end comes when w has all bytes. The error of w is that of every later
// read.
func Tee(r Reader, w Writer) *TeeReader { return &TeeReader{r: r, w: w} }

// PollRead writes what is left of the last read, and reads.
func (t *TeeReader) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if poll, err := t.write(cx); poll == edo.Pending || err != nil {
		return 0, poll, err
	}
	p = p[:min(len(p), len(chunk{}))]
	n, poll, err := t.r.PollRead(cx, p)
	if poll == edo.Pending || n == 0 {
		return n, poll, err
	}
	t.chunk = chunks.Get().(*chunk)
	t.from, t.to = 0, copy(t.chunk[:], p[:n])
	t.write(cx) // its error is that of the next read, which goes on with the rest
	t.writes.giveUp(t.w)
	return n, edo.Ready, nil
}

// write writes what is left.
func (t *TeeReader) write(cx *edo.Context) (edo.Poll, error) {
	for t.err == nil && t.from < t.to {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		n, poll, err := t.w.PollWrite(cx, t.chunk[t.from:t.to])
		turn.End(cx)
		if t.writes.note(cx, t.w, poll) {
			return edo.Pending, nil
		}
		if t.err = err; err == nil && n == 0 {
			t.err = io.ErrShortWrite
		}
		t.from += n
	}
	if t.chunk != nil {
		chunks.Put(t.chunk)
		t.chunk, t.from, t.to = nil, 0, 0
	}
	return edo.Ready, t.err
}

// AbandonRead passes on that a read was given up, which may wait for the writer: see
// [AbandonRead].
func (t *TeeReader) AbandonRead(w edo.Waker) {
	t.writes.giveUp(t.w)
	AbandonRead(t.r, w)
}
