package codec

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/sched"
)

// PollNext returns the next frame, from the buffer or by reading. The stream ends with the
// connection; bytes that are left over then are an error that matches
// [io.ErrUnexpectedEOF].
//
// An error of the codec or of the connection is an item, and one End follows it, so that a
// reader that reads to the end stops. When it is polled again, the stream continues: with
// the bytes in the buffer, and then by reading. A decoder that removes nothing when it
// fails will fail again.
//
// An [*edo.BusyError] is no such item: a second task gets it when it receives while the
// first waits, and the stream continues for the first.
func (f *Framed[In, Out]) PollNext(cx *edo.Context) (frame In, poll edo.Poll, err error) {
	leaf := (*receiveWait[In, Out])(f)
	if (*sched.Context)(cx).Inspecting() {
		cx.Proceed(leaf) // whose Waits asks the connection
		return frame, edo.Pending, nil
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return frame, edo.Pending, nil
	}
	if err := f.rx.beginPoll(cx, leaf, useOneReceiver); err != nil {
		turn.End(cx)
		return frame, edo.Ready, err
	}
	defer func() { f.rx.endPoll(cx, poll) }() // also when the codec panics
	frame, poll, err = f.nextItem(cx)
	turn.End(cx)
	return frame, poll, err
}

// nextItem decodes and reads in turn until it has an item of the stream or must wait. rx is
// locked.
func (f *Framed[In, Out]) nextItem(cx *edo.Context) (frame In, poll edo.Poll, err error) {
	var none In
	if f.failed { // one End follows an error
		f.failed = false
		return none, edo.End, nil
	}
	for !f.ended {
		// Decode a frame, if the input may hold one.
		if f.mayDecode || f.atEOF {
			before := f.input.Len()
			f.input.expected = 0
			frame, ok, err := f.codec.Decode(&f.input, f.atEOF)
			switch {
			case err != nil:
				f.failed, f.mayDecode = true, true
				if f.atEOF && f.input.Len() == before {
					f.endStream() // Decode would return the same error for ever
				}
				return none, edo.Ready, err
			case ok:
				f.mayDecode = true
				return frame, edo.Ready, nil
			case f.atEOF:
				left := f.input.Len()
				f.endStream()
				if left > 0 {
					f.failed = true
					return none, edo.Ready, errCut
				}
				return none, edo.End, nil
			}
			f.mayDecode = false
		}

		// Read more bytes. The connection may not use the budget, so this does.
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return none, edo.Pending, nil
		}
		n, poll, err := f.readInput(cx)
		turn.End(cx)
		f.input.commit(n)
		if n > 0 {
			f.mayDecode = true
			continue
		}

		// No bytes came: wait, note the end, or return the error.
		if f.input.Len() == 0 {
			f.input.release() // a waiting Framed holds no buffer
		}
		switch {
		case poll == edo.Pending:
			return none, edo.Pending, nil
		case err == io.EOF:
			f.atEOF = true
		case err != nil:
			f.failed = true
			return none, edo.Ready, err
		default:
			f.failed = true
			return none, edo.Ready, io.ErrNoProgress
		}
	}
	return none, edo.End, nil
}

// readInput reads from the connection, or returns the error that an inspection got.
func (f *Framed[In, Out]) readInput(cx *edo.Context) (n int, poll edo.Poll, err error) {
	if err := f.heldErr; err != nil {
		f.heldErr = nil
		return 0, edo.Ready, *err
	}
	return f.io.PollRead(cx, f.input.room())
}

// endStream ends the stream for good.
func (f *Framed[In, Out]) endStream() {
	f.ended = true
	f.input.release()
}

// Recv waits for the next frame. The error is [io.EOF] at the end, and once after
// every error: see [Framed.PollNext]. Only the decoder allocates.
//
//edo:step RecvStep
func (f *Framed[In, Out]) Recv(task *edo.Task) (In, error) {
	return edo.Await(task, f.RecvFuture())
}

// RecvFuture is [Framed.Recv] as a future, which borrows f. It allocates nothing: it is f
// itself. After it was ready it is the future of the frame after that.
func (f *Framed[In, Out]) RecvFuture() edo.Future[In] { return (*recvFuture[In, Out])(f) }

// recvFuture is a Framed as the future of its next frame.
type recvFuture[In, Out any] Framed[In, Out]

func (r *recvFuture[In, Out]) Poll(cx *edo.Context) (In, edo.Poll, error) {
	frame, poll, err := (*Framed[In, Out])(r).PollNext(cx)
	if poll == edo.End {
		return frame, edo.Ready, io.EOF
	}
	return frame, poll, err
}
