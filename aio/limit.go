package aio

import (
	"io"

	"github.com/edo-go/edo"
)

// LimitedReader reads up to N bytes of R, and then is at its end. N is what is left; the
// program may raise it to read on.
type LimitedReader struct {
	R Reader
	N int64
}

// Limit returns a reader of the first n bytes of r. It borrows r, and reads no byte beyond
// them. A peer that must not send more than so much is told apart from one that has ended
// by an N of 0.
func Limit(r Reader, n int64) *LimitedReader { return &LimitedReader{R: r, N: n} }

// PollRead reads from R, or returns [io.EOF] when N is used up.
func (l *LimitedReader) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if l.N <= 0 {
		if !cx.Proceed(nil) {
			return 0, edo.Pending, nil
		}
		return 0, edo.Ready, io.EOF
	}
	if int64(len(p)) > l.N {
		p = p[:l.N]
	}
	n, poll, err := l.R.PollRead(cx, p)
	if poll == edo.Ready {
		l.N -= int64(n)
	}
	return n, poll, err
}

// AbandonRead passes on that a read was given up: see [AbandonRead].
func (l *LimitedReader) AbandonRead(w edo.Waker) { AbandonRead(l.R, w) }
