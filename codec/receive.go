package codec

import (
	"io"

	"github.com/edo-go/edo"
)

// PollNext returns the next frame: one that is in the buffer already, or else it
// reads. It ends with the connection; bytes that are left over then are an error
// that matches [io.ErrUnexpectedEOF].
//
// An error of the codec or of the connection is an item, followed by one End, so
// that whoever reads to the end stops. Asked again, the stream goes on where it
// was: with what is in the buffer, and then by reading. A decoder that takes
// nothing when it fails will fail again.
func (f *Framed[In, Out]) PollNext(cx *edo.Context) (frame In, poll edo.Poll, err error) {
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

		n, poll, err := f.io.PollRead(cx, f.input.room())
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

// RecvFuture is [Framed.Recv] as a future, which borrows f. It allocates nothing.
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
