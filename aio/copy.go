package aio

import (
	"io"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/reuse"
)

// Copy copies from src to dst until the end of src and returns how many bytes
// dst has taken. It flushes dst at the end, and whenever it must wait for src; it does not
// shut dst down. The end is not an error. When dst takes no more bytes, the error is
// [io.ErrShortWrite].
//
// It holds a buffer of 32 KiB from a pool while it has bytes to write, and no buffer
// while it waits for src. Bytes that were read and not yet written when the copy fails or
// is cancelled are lost: at most that buffer.
//
// Between two connections of package socket, by TCP or unix, many bytes that come without a
// pause go through a pipe of the kernel on Linux, of 64 KiB, and not through the memory of the
// program. A type around a connection has each byte in its buffer.
//
//edo:step CopyStep
func Copy(task *edo.Task, dst Writer, src Reader) (int64, error) {
	return await[int64](task, &transfers, transfer{dst: dst, src: src})
}

// CopyStep is the step form of [Copy]. While it waits and holds no bytes, the Step keeps what the
// copy must remember, and the future is in the pool.
func CopyStep(task *edo.Task, st *edo.Step, dst Writer, src Reader) (done bool, n int64, err error) {
	o := edo.StepState[transfer](st)
	if o == nil {
		o = transfers.Get()
		o.begin(dst, src, edo.StepState[remembered](st))
	}
	st.Set(nil) // also when the reader or the writer panics
	if done, _, err = edo.AwaitStep(task, edo.Future[int64](o)); !done {
		o.keepIn(st)
		return false, 0, nil
	}
	n = o.n
	transfers.Put(o)
	return true, n, err
}

// CopyFuture is [Copy] as a future. It is an [edo.Dropper]: Drop gives the buffer back.
func CopyFuture(dst Writer, src Reader) edo.Future[int64] { return &transfer{dst: dst, src: src} }

var transfers reuse.Pool[transfer, *transfer]

// chunk is the buffer of a copy. It is taken from the pool while it holds bytes, and
// during a poll of the reader.
type chunk [32 << 10]byte

var chunks = sync.Pool{New: func() any { return new(chunk) }}

type transfer struct {
	dst Writer
	src Reader

	chunk    *chunk // nil while it is empty and src is pending
	from, to int    // chunk[from:to] was read and is not written
	spliced  splice

	remembered
	kept *remembered // of CopyStep: what keeps it between the steps; nil before the first wait
}

// remembered is what a copy remembers while it holds no bytes.
type remembered struct {
	n         int64      // bytes written
	mode      spliceMode // of spliced; set while the copy is kept
	mustFlush bool       // bytes were written since the last flush
	atEOF     bool       // src is at its end

	reads  pendingRead
	writes pendingWrite
}

func (o *transfer) progress() int64 { return o.n }

// begin begins a copy, or goes on with one that kept has.
func (o *transfer) begin(dst Writer, src Reader, kept *remembered) {
	o.dst, o.src, o.kept = dst, src, kept
	if kept != nil {
		o.remembered = *kept
		o.spliced.mode = kept.mode
	}
}

// keepIn makes st keep o, which waits: what o remembers, if that is all.
func (o *transfer) keepIn(st *edo.Step) {
	if o.chunk != nil || o.spliced.pipe != nil {
		st.Set(o)
		return
	}
	kept := o.kept
	if kept == nil {
		kept = new(remembered)
	}
	*kept = o.remembered
	kept.mode = o.spliced.mode
	st.Set(kept)
	*o = transfer{} // nothing is given up
	transfers.Put(o)
}

// Drop gives the buffer back, and the operation up that waits.
func (o *transfer) Drop() {
	o.reads.giveUp(o.src)
	o.writes.giveUp(o.dst)
	o.release()
}

// release gives the buffer back.
func (o *transfer) release() {
	if o.chunk != nil {
		chunks.Put(o.chunk)
		o.chunk = nil
		o.from, o.to = 0, 0
	}
	o.spliced.release()
}

func (o *transfer) Poll(cx *edo.Context) (int64, edo.Poll, error) {
	if o.dst == nil {
		return polledAgain[int64](cx)
	}
	poll, err := o.copyBytes(cx)
	if poll == edo.Pending {
		if o.from == o.to && o.spliced.isEmpty() {
			o.release()
		}
		return 0, edo.Pending, nil
	}
	o.Drop() // when it has failed, the other side may wait
	o.dst, o.src = nil, nil
	return o.n, edo.Ready, err
}

// copyBytes writes and reads in turn until it must wait or is done.
func (o *transfer) copyBytes(cx *edo.Context) (edo.Poll, error) {
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		var poll edo.Poll
		var err error
		switch {
		case o.from < o.to:
			poll, err = o.write(cx)
		case !o.spliced.isEmpty():
			poll, err = o.writePipe(cx)
		case o.atEOF:
			o.mustFlush = o.mustFlush || o.n == 0 // dst may hold bytes from before the copy
			return o.flush(cx)
		case o.spliced.isNext():
			poll, err = o.readPipe(cx)
		default:
			poll, err = o.read(cx)
		}
		turn.End(cx)
		if poll == edo.Pending || err != nil {
			return poll, err
		}
	}
}

func (o *transfer) write(cx *edo.Context) (edo.Poll, error) {
	n, poll, err := o.dst.PollWrite(cx, o.chunk[o.from:o.to])
	poll, err = o.wrote(cx, n, poll, err)
	if poll == edo.Ready && err == nil {
		o.from += n
	}
	return poll, err
}

// wrote notes the result of a write.
func (o *transfer) wrote(cx *edo.Context, n int, poll edo.Poll, err error) (edo.Poll, error) {
	switch {
	case o.writes.note(cx, o.dst, poll) || err != nil:
		return poll, err
	case n == 0:
		return edo.Ready, io.ErrShortWrite
	}
	o.n += int64(n)
	o.mustFlush = true
	return edo.Ready, nil
}

func (o *transfer) read(cx *edo.Context) (edo.Poll, error) {
	if o.chunk == nil {
		o.chunk = chunks.Get().(*chunk)
	}
	n, poll, err := o.src.PollRead(cx, o.chunk[:])
	poll, err = o.hasRead(cx, n, poll, err)
	if poll == edo.Ready && err == nil {
		o.from, o.to = 0, n
		if n == len(o.chunk) {
			o.spliced.offer(o.dst, o.src)
		}
	}
	return poll, err
}

// hasRead notes the result of a read. Before a wait for src it flushes dst.
func (o *transfer) hasRead(cx *edo.Context, n int, poll edo.Poll, err error) (edo.Poll, error) {
	switch {
	case o.reads.note(cx, o.src, poll):
		_, err := o.flush(cx)
		if err != nil {
			poll = edo.Ready
		}
		return poll, err
	case err == io.EOF:
		o.atEOF = true
	case err != nil:
		return edo.Ready, err
	case n == 0:
		return edo.Ready, io.ErrNoProgress
	}
	return edo.Ready, nil
}

// flush flushes dst if it must.
func (o *transfer) flush(cx *edo.Context) (edo.Poll, error) {
	if !o.mustFlush {
		return edo.Ready, nil
	}
	poll, err := o.dst.PollFlush(cx)
	o.mustFlush = o.writes.note(cx, o.dst, poll)
	return poll, err
}
