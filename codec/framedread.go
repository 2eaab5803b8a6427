package codec

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// FramedRead is a reader of frames: the receiving direction of a [Framed] alone. It is a
// stream of In, for the half of a connection, a file or a pipe.
type FramedRead[In any] struct {
	io      aio.Reader // nil once dropped; guarded by rx
	decoder Decoder[In]
	rx      receiver
}

// NewFramedRead returns r as a stream of frames. The FramedRead owns r: Drop drops it. A
// decoder with state serves this reader alone.
func NewFramedRead[In any](r aio.Reader, decoder Decoder[In]) *FramedRead[In] {
	return &FramedRead[In]{io: r, decoder: decoder}
}

// Drop drops the reader, and all bytes that are still in the buffer. The stream has
// ended. Drop must not be called during a poll.
func (f *FramedRead[In]) Drop() {
	f.rx.mu.Lock()
	r := f.io
	f.io = nil
	f.rx.drop()
	f.rx.mu.Unlock()
	edo.Drop(r)
}

// Inner returns the reader, as [Framed.Inner] does.
func (f *FramedRead[In]) Inner() aio.Reader {
	f.rx.mu.Lock()
	defer f.rx.mu.Unlock()
	return f.io
}

// readSource is what the receiver of a FramedRead works on.
type readSource[In any] FramedRead[In]

func (f *readSource[In]) Waits(cx *edo.Context) edo.Wait { return f.rx.waits(cx, f) }
func (f *readSource[In]) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	return f.io.PollRead(cx, p)
}
func (f *readSource[In]) AbandonRead(w edo.Waker) { aio.AbandonRead(f.io, w) }
func (f *readSource[In]) Decode(buf *Buffer, end bool) (In, bool, error) {
	return f.decoder.Decode(buf, end)
}

// PollNext returns the next frame, as [Framed.PollNext] does.
func (f *FramedRead[In]) PollNext(cx *edo.Context) (frame In, poll edo.Poll, err error) {
	return pollNext(cx, &f.rx, source[In]((*readSource[In])(f)))
}

// Recv waits for the next frame, as [Framed.Recv] does.
//
//edo:step RecvStep
func (f *FramedRead[In]) Recv(task *edo.Task) (In, error) {
	frame, err := edo.Await(task, f.RecvFuture())
	f.rx.end(err, (*readSource[In])(f))
	return frame, err
}

// RecvStep is the step form of [FramedRead.Recv].
func (f *FramedRead[In]) RecvStep(task *edo.Task) (done bool, frame In, err error) {
	if done, frame, err = edo.AwaitStep(task, f.RecvFuture()); done {
		f.rx.end(err, (*readSource[In])(f))
	}
	return done, frame, err
}

// RecvFuture is [FramedRead.Recv] as a future, which borrows f. It allocates nothing: it is f
// itself. After it was ready it is the future of the frame after that. Its Drop gives up the
// wait, and nothing else.
func (f *FramedRead[In]) RecvFuture() edo.Future[In] { return (*readFuture[In])(f) }

// readFuture is a FramedRead as the future of its next frame.
type readFuture[In any] FramedRead[In]

func (r *readFuture[In]) Poll(cx *edo.Context) (In, edo.Poll, error) {
	return frameOrEOF((*FramedRead[In])(r).PollNext(cx))
}

// Drop gives up the wait.
func (r *readFuture[In]) Drop() { r.rx.giveUp((*readSource[In])(r)) }
