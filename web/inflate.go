package web

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"runtime/debug"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/coro"
	"github.com/gobwas/ws/wsflate"
)

// inflater decompresses one message, RFC 1951, in steps: between two of them other tasks run. Package
// compress/flate cannot stop inside of a block, so it runs on a coroutine, which stops where it reads its
// input and where its output is taken. A short message is decompressed at once, and needs none.
//
// Who begins an inflater frees it: the coroutine ends by that alone.
type inflater struct {
	parts [2]bytes.Reader // the data and the tail
	flate io.ReadCloser
	out   []byte
	limit int // of out, in bytes

	work     int // left of this step
	coro     *coro.Coro
	isLong   bool // it needs a coroutine
	isEnded  bool // err is valid
	isFreed  bool // it is to end
	isBroken bool // flate has panicked: it is not used again
	err      error
}

// deflateTail ends the data of a message: the four bytes that its sender has left out, and a last
// block, which is empty.
var deflateTail = []byte{0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff}

var (
	errDeflate     = errors.New("web: a compressed message is broken")
	errLongDeflate = errors.New("web: a message is above the limit once it is decompressed")
)

// The work of an inflater, in bytes that come out. A peer chooses how much work each byte is that comes
// in: one of a block that defines codes and uses them for little takes 0.8 µs, and one of text 20 ns.
const (
	byteWork  = 32      // for each byte that comes in
	beginWork = 4 << 10 // to begin the blocks anew
	maxShort  = 256     // bytes of a short message: 0.2 ms at the most
)

// inflaters have the tables and the window of compress/flate: 44 KB each.
var inflaters = sync.Pool{New: func() any {
	i := new(inflater)
	i.flate = flate.NewReader(i)
	return i
}}

// inflateCoros keeps no coroutine that is not used: a program that has ended its connections has none.
var inflateCoros = coro.NewPool(0)

// newInflater returns an inflater for a message of at most limit bytes. Its memory grows with what
// comes out, and not with what a peer claims.
func newInflater(data []byte, limit int) *inflater {
	i := inflaters.Get().(*inflater)
	i.parts[0].Reset(data)
	i.parts[1].Reset(deflateTail)
	i.out = make([]byte, 0, min(3*len(data)+64, limit+1))
	i.limit, i.isLong = limit, len(data) > maxShort
	return i
}

// step decompresses for about as much work as is given, and returns what is left of that. When the
// message is whole it is i.out. A short message is whole after one step, or broken.
func (i *inflater) step(work int) (left int, isWhole bool, err error) {
	i.work = work
	switch {
	case i.isEnded:
	case !i.isLong:
		i.run()
	case i.coro == nil:
		i.coro = inflateCoros.Get()
		i.goOn(i.coro.StartRunner(i))
	default:
		i.goOn(i.coro.Resume())
	}
	return i.work, i.isEnded && i.err == nil, i.err
}

// goOn takes what the coroutine has come to.
func (i *inflater) goOn(r coro.Result) {
	if r.State != coro.Suspended {
		inflateCoros.Put(i.coro)
		i.coro = nil
	}
}

// Run is the function of the coroutine.
func (i *inflater) Run(*coro.Coro) { i.run() }

// Unwound is never called: run returns also after a panic.
func (i *inflater) Unwound(*coro.Coro) {}

// run decompresses to the end of the message. A panic of package flate is the error of that, on the
// coroutine and off it: otherwise the next step would begin in the middle of the message.
func (i *inflater) run() {
	defer func() {
		if value := recover(); value != nil {
			i.isBroken = true
			i.isEnded, i.err = true, &edo.PanicError{Value: value, Stack: debug.Stack(), Task: inflates}
		}
	}()
	err := i.decompress()
	i.isEnded, i.err = true, err
}

// inflates says which task panics.
const inflates = "(that decompresses a message of a WebSocket)"

// free ends what has begun, and gives i back, unless it is broken. i.out belongs to the caller.
func (i *inflater) free() {
	if i.coro != nil {
		i.isFreed = true
		i.goOn(i.coro.Resume())
	}
	if i.isBroken {
		return
	}
	i.parts[0].Reset(nil)
	i.out, i.err = nil, nil
	i.isEnded, i.isFreed = false, false
	inflaters.Put(i)
}

// decompress appends the message to i.out.
func (i *inflater) decompress() error {
	// A sender may end its blocks and begin again, RFC 7692, section 7.2.3.4.
	for i.parts[0].Len()+i.parts[1].Len() > 0 {
		i.take(beginWork)
		i.flate.(flate.Resetter).Reset(i, i.out[max(0, len(i.out)-wsflate.MaxLZ77WindowSize):])
		for {
			if len(i.out) == cap(i.out) {
				i.out = append(i.out, 0)[:len(i.out)]
			}
			n, err := i.flate.Read(i.out[len(i.out):min(cap(i.out), len(i.out)+inflatePiece)])
			i.out = i.out[:len(i.out)+n]
			if len(i.out) > i.limit {
				return errLongDeflate
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				return errDeflate
			}
			i.take(n)
		}
	}
	return nil
}

// take takes from the work of the step, and stops when all of it is used up.
func (i *inflater) take(work int) {
	if i.work -= work; i.work <= 0 && i.coro != nil && !i.isFreed {
		i.coro.Yield()
	}
}

// ReadByte returns the next byte of the data, and then of the tail. Package flate takes no byte that it
// does not need.
func (i *inflater) ReadByte() (byte, error) {
	i.take(byteWork)
	if i.isFreed {
		return 0, io.ErrUnexpectedEOF
	}
	if b, err := i.parts[0].ReadByte(); err == nil {
		return b, nil
	}
	return i.parts[1].ReadByte()
}

// Read returns bytes of a block that is not compressed.
func (i *inflater) Read(p []byte) (int, error) {
	if i.isFreed {
		return 0, io.ErrUnexpectedEOF
	}
	if n, err := i.parts[0].Read(p); err == nil || len(p) == 0 {
		return n, nil
	}
	return i.parts[1].Read(p)
}
