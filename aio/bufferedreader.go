package aio

import (
	"bytes"
	"errors"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/reuse"
)

// ErrBufferFull says that what was asked for does not fit into the buffer.
var ErrBufferFull = errors.New("aio: the buffer is full")

// ErrNegativeCount says that an operation was asked for a negative number of bytes.
var ErrNegativeCount = errors.New("aio: a negative number of bytes")

// BufferedReader is a reader with a buffer, as bufio.Reader is: few large reads of the
// connection in the place of many small ones. It has the buffer while there are bytes in it,
// and none while it waits for the first: so an idle connection costs no buffer. Buffers of up
// to 32 KiB are from a pool.
//
// The slices that Peek, ReadSlice and ReadLine return are parts of the buffer, and valid until
// the next operation. One task at a time uses a BufferedReader. Cancelled, each operation
// leaves the bytes in the buffer, except for Discard, which has discarded what it has found.
type BufferedReader struct {
	r        Reader
	size     int
	buf      []byte // nil: there is none
	from, to int    // buf[from:to] is to be read
	taken    uint   // bytes that were taken out of the buffer since the beginning
}

// NewBufferedReader returns a reader of r with a buffer of size bytes; 0 means 4 KiB. It
// borrows r, and reads ahead of what the program asks for. It panics when size is negative.
func NewBufferedReader(r Reader, size int) *BufferedReader {
	return &BufferedReader{r: r, size: bufferSize(size)}
}

func bufferSize(size int) int {
	switch {
	case size < 0:
		panic(errors.New("aio: a buffer of a negative size"))
	case size == 0:
		return defaultBuffer
	}
	return size
}

// Size returns the size of the buffer.
func (b *BufferedReader) Size() int { return b.size }

// Buffered returns the bytes in the buffer, which are read next. They are valid until the next
// operation.
func (b *BufferedReader) Buffered() []byte { return b.buf[b.from:b.to] }

// skip takes n bytes out of the buffer, which stays where it is.
func (b *BufferedReader) skip(n int) {
	b.from += n
	b.taken += uint(n)
}

// release gives the buffer back if it is empty.
func (b *BufferedReader) release() {
	if b.from == b.to && b.buf != nil {
		giveBuffer(b.buf)
		b.buf, b.from, b.to = nil, 0, 0
	}
}

// PollRead reads what is in the buffer. When there is nothing it reads a p that is as large as
// the buffer directly, and fills the buffer otherwise.
func (b *BufferedReader) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	b.release() // that of a slice which was valid until now
	if b.buf == nil {
		if len(p) >= b.size || len(p) == 0 {
			return b.r.PollRead(cx, p)
		}
		if poll, err := b.PollFill(cx); poll == edo.Pending || err != nil {
			return 0, poll, err
		}
	} else if !cx.Proceed(nil) {
		return 0, edo.Pending, nil
	}
	n := copy(p, b.Buffered())
	b.skip(n)
	b.release()
	return n, edo.Ready, nil
}

// PollFill reads once, behind the bytes in the buffer: Ready without an error means that there
// are more. The error is [ErrBufferFull] when there is no room. It is for parsers that look at
// Buffered, and take what they understand by [BufferedReader.Discard].
func (b *BufferedReader) PollFill(cx *edo.Context) (edo.Poll, error) {
	b.release()
	if b.buf == nil {
		b.buf = takeBuffer(b.size)
		defer b.release() // when the reader is pending, has failed or panics
	}
	if b.to == len(b.buf) {
		if b.from == 0 {
			if !cx.Proceed(nil) {
				return edo.Pending, nil
			}
			return edo.Ready, ErrBufferFull
		}
		b.to = copy(b.buf, b.Buffered())
		b.from = 0
	}
	n, poll, err := b.r.PollRead(cx, b.buf[b.to:])
	if poll == edo.Ready && n == 0 && err == nil {
		err = io.ErrNoProgress
	}
	b.to += n
	return poll, err
}

// AbandonRead passes on that a read was given up: see [AbandonRead].
func (b *BufferedReader) AbandonRead(w edo.Waker) { AbandonRead(b.r, w) }

// bufferedOp is an operation that waits until the buffer has what it asks for.
type bufferedOp struct {
	b      *BufferedReader
	kind   bufferedKind
	delim  byte
	n      int // bytes that it asks for, or has still to discard
	looked int // bytes of the buffer in which there is no delim, when from of them were taken
	from   uint
	value  []byte
	gone   int // bytes discarded
	waits  pendingRead
}

type bufferedKind uint8

const (
	peeks bufferedKind = iota
	discards
	readsSlice
	readsLine
)

var bufferedOps reuse.Pool[bufferedOp, *bufferedOp]

func (o *bufferedOp) progress() []byte { return o.value }

// Drop gives the operation up.
func (o *bufferedOp) Drop() {
	if b := o.b; b != nil {
		o.waits.giveUp(b)
	}
}

func (o *bufferedOp) Poll(cx *edo.Context) ([]byte, edo.Poll, error) {
	if o.b == nil {
		return polledAgain[[]byte](cx)
	}
	poll, err := o.goOn(cx)
	if poll == edo.Pending {
		return nil, edo.Pending, nil
	}
	o.b = nil
	return o.value, edo.Ready, err
}

// goOn fills the buffer until it has what the operation asks for.
func (o *bufferedOp) goOn(cx *edo.Context) (edo.Poll, error) {
	if o.isFound() {
		if !cx.Proceed(nil) {
			return edo.Pending, nil
		}
		if o.n < 0 {
			return edo.Ready, ErrNegativeCount
		}
		o.take()
		return edo.Ready, nil
	}
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		o.discard()
		poll, err := o.b.PollFill(cx)
		turn.End(cx)
		switch {
		case o.waits.note(cx, o.b, poll):
			return edo.Pending, nil
		case err == io.EOF:
			return edo.Ready, o.atEOF()
		case err != nil:
			return edo.Ready, err
		case o.isFound():
			o.take()
			return edo.Ready, nil
		}
	}
}

// isFound reports whether the buffer has what the operation asks for.
func (o *bufferedOp) isFound() bool {
	buffered := o.b.Buffered()
	if o.kind == peeks || o.kind == discards {
		return len(buffered) >= o.n
	}
	if o.from != o.b.taken { // by another operation, while this one waited
		o.looked, o.from = 0, o.b.taken
	}
	i := bytes.IndexByte(buffered[o.looked:], o.delim)
	if i < 0 {
		o.looked = len(buffered)
		return false
	}
	o.n = o.looked + i + 1
	return true
}

// take takes what was found.
func (o *bufferedOp) take() {
	b := o.b
	o.value = b.Buffered()[:o.n:o.n]
	switch o.kind {
	case discards:
		o.discard()
		o.value = nil
	case readsSlice:
		b.skip(o.n)
	case readsLine:
		b.skip(o.n)
		o.value = bytes.TrimSuffix(bytes.TrimSuffix(o.value, []byte("\n")), []byte("\r"))
	}
}

// discard discards as many bytes of those that are to be discarded as there are.
func (o *bufferedOp) discard() {
	if o.kind == discards {
		n := min(o.n, len(o.b.Buffered()))
		o.b.skip(n)
		o.n -= n
		o.gone += n
		o.b.release()
	}
}

// atEOF ends an operation at the end of the reader.
func (o *bufferedOp) atEOF() error {
	rest := o.b.Buffered()
	if o.kind == peeks {
		o.value = rest
		return io.EOF
	}
	o.b.skip(len(rest))
	switch {
	case len(rest) == 0:
		return io.EOF
	case o.kind == readsLine:
		o.value = rest
		return nil
	}
	o.value = rest
	return io.ErrUnexpectedEOF
}
