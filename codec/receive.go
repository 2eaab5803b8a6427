package codec

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/budget"
)

// PollNext returns the next frame: one that is in the buffer already, or else it
// reads. It ends with the connection; bytes that are left over then are an error
// that matches [io.ErrUnexpectedEOF].
//
// An error of the codec or of the connection is an item, followed by one End, so
// that whoever reads to the end stops. Asked again, the stream goes on where it
// was: with what is in the buffer, and then by reading. A decoder that takes
// nothing when it fails will fail again.
//
// An [*edo.BusyError] is neither: it is for a second task that receives while the first
// waits, and the stream goes on for the first.
func (f *Framed[In, Out]) PollNext(cx *edo.Context) (frame In, poll edo.Poll, err error) {
	leaf := (*receiveWait[In, Out])(f)
	if (*sched.Context)(cx).Inspecting() {
		cx.Proceed(leaf) // which says what the connection waits for
		return frame, edo.Pending, nil
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return frame, edo.Pending, nil
	}
	if err := f.rx.enter(cx, leaf, useOneReceiver); err != nil {
		turn.End(cx)
		return frame, edo.Ready, err
	}
	defer func() { f.rx.leave(cx, poll) }() // also when the codec panics
	frame, poll, err = f.receive(cx)
	turn.End(cx)
	return frame, poll, err
}

// receive is PollNext, for the one task that polls.
func (f *Framed[In, Out]) receive(cx *edo.Context) (frame In, poll edo.Poll, err error) {
	var none In
	if f.failed {
		f.failed = false
		return none, edo.End, nil
	}
	for !f.done {
		if f.unread || f.ended {
			before := f.input.Len()
			f.input.want = 0
			frame, ok, err := f.codec.Decode(&f.input, f.ended)
			switch {
			case err != nil:
				f.failed, f.unread = true, true
				if f.ended && f.input.Len() == before {
					f.finish() // it would be the same error for ever
				}
				return none, edo.Ready, err
			case ok:
				f.unread = true
				return frame, edo.Ready, nil
			case f.ended:
				left := f.input.Len()
				f.finish()
				if left > 0 {
					f.failed = true
					return none, edo.Ready, errCut
				}
				return none, edo.End, nil
			}
			f.unread = false
		}

		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return none, edo.Pending, nil
		}
		n, poll, err := f.read(cx)
		turn.End(cx)
		f.input.commit(n)
		if n > 0 {
			f.unread = true
			continue
		}
		if f.input.Len() == 0 {
			f.input.release() // while it waits it holds nothing
		}
		switch {
		case poll == edo.Pending:
			return none, edo.Pending, nil
		case err == io.EOF:
			f.ended = true
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

// read reads from the connection.
func (f *Framed[In, Out]) read(cx *edo.Context) (n int, poll edo.Poll, err error) {
	if err := f.refused; err != nil {
		f.refused = nil
		return 0, edo.Ready, *err
	}
	return f.io.PollRead(cx, f.input.room())
}

// finish ends the stream for good.
func (f *Framed[In, Out]) finish() {
	f.done = true
	f.input.release()
}

// Recv waits for the next frame. The error is [io.EOF] at the end, and once after
// every error: see [Framed.PollNext]. It allocates what the decoder does.
func (f *Framed[In, Out]) Recv(task *edo.Task) (In, error) {
	return edo.Await(task, f.RecvFuture())
}

// RecvFuture is [Framed.Recv] as a future, which borrows f. It allocates nothing: it is f,
// and when it is ready it is the future of the frame after that.
func (f *Framed[In, Out]) RecvFuture() edo.Future[In] { return (*receiving[In, Out])(f) }

// receiving is a Framed as the future of its next frame.
type receiving[In, Out any] Framed[In, Out]

func (r *receiving[In, Out]) Poll(cx *edo.Context) (In, edo.Poll, error) {
	frame, poll, err := (*Framed[In, Out])(r).PollNext(cx)
	if poll == edo.End {
		return frame, edo.Ready, io.EOF
	}
	return frame, poll, err
}
