package aio

import (
	"errors"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// A splice is the part of a copy that moves bytes through a pipe of the kernel, in the place
// of the buffer: between two connections of package socket, on Linux.
//
// It saves two copies of each byte, and has a cost for each call. So it begins after a read
// that has filled the buffer, and ends after one of less than 16 KiB: small messages never
// come to it. The pipe is taken and given back as the buffer is, and a copy that waits for its
// reader has none. Where there are no more pipes, the buffer does it.
type splice struct {
	pipe *driver.Pipe // nil while it is empty and src is pending
	mode spliceMode
}

type spliceMode uint8

const (
	splicesNot   spliceMode = iota // the next read is one into the buffer
	splicesNow                     // the next read is one into the pipe
	splicesNever                   // dst and src do not splice
)

// leastSpliced is how many bytes a read must move for the next one to be spliced as well.
const leastSpliced = 16 << 10

func (s *splice) isNext() bool  { return s.mode == splicesNow }
func (s *splice) isEmpty() bool { return s.pipe == nil || s.pipe.Len() == 0 }

// release gives the pipe back.
func (s *splice) release() {
	if s.pipe != nil {
		s.pipe.Release()
		s.pipe = nil
	}
}

// offer has the next read spliced, if dst and src can.
func (s *splice) offer(dst Writer, src Reader) {
	if s.mode != splicesNot {
		return
	}
	s.mode = splicesNever
	if driver.SplicerOf(dst) != nil && driver.SplicerOf(src) != nil {
		s.mode = splicesNow
	}
}

// readPipe reads into the pipe. Without one, the next read is one into the buffer, which is
// empty and goes back to its pool.
func (o *transfer) readPipe(cx *edo.Context) (edo.Poll, error) {
	s := &o.spliced
	if s.pipe == nil {
		o.release()
		if s.pipe = driver.TakePipe(); s.pipe == nil {
			s.mode = splicesNot
			return edo.Ready, nil
		}
	}
	n, poll, err := driver.SplicerOf(o.src).ReadToPipe((*sched.Context)(cx), s.pipe)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		s.release()
		s.mode = splicesNever
		return edo.Ready, nil
	case poll == driver.Ready && n < leastSpliced:
		s.mode = splicesNot
		if n == 0 && err == nil { // the next read goes on, or finds the end
			s.release()
			return edo.Ready, nil
		}
	}
	return o.hasRead(cx, n, edo.Poll(poll), err)
}

// writePipe writes what is in the pipe.
func (o *transfer) writePipe(cx *edo.Context) (edo.Poll, error) {
	s := &o.spliced
	n, poll, err := driver.SplicerOf(o.dst).WriteFromPipe((*sched.Context)(cx), s.pipe)
	if errors.Is(err, errors.ErrUnsupported) {
		s.mode = splicesNever
		return edo.Ready, o.takeFromPipe()
	}
	ended, err := o.wrote(cx, n, edo.Poll(poll), err)
	if s.isEmpty() && s.mode != splicesNow {
		s.release()
	}
	return ended, err
}

// takeFromPipe moves bytes of the pipe to the buffer, for a dst that does not splice.
func (o *transfer) takeFromPipe() error {
	if o.chunk == nil {
		o.chunk = chunks.Get().(*chunk)
	}
	o.from, o.to = 0, o.spliced.pipe.Take(o.chunk[:])
	if o.to == 0 {
		return io.ErrNoProgress
	}
	if o.spliced.isEmpty() {
		o.spliced.release()
	}
	return nil
}
