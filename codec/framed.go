package codec

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// Framed is a connection of frames: a stream of In and a sink of Out.
//
// One task at a time receives and one sends; they may be two tasks when the codec allows
// that, as the codecs of this package do. While a task waits, a second task that waits for
// the same direction gets an [*edo.BusyError] that names both, and its frame is not taken.
// Frames stay whole when tasks use a Framed at the same time.
//
// Each frame that is received or sent uses the budget of its poll, even when it is in the
// buffer already: a peer that sends millions of empty lines does not delay other tasks.
// So do the bytes that a decoder discards.
//
// [FramedRead] and [FramedWrite] are one direction alone, for the half of a connection.
// [Framed.Parts] takes a Framed apart, to go on with another codec.
type Framed[In, Out any] struct {
	io    aio.ReadWriter // nil once dropped; guarded by the mutexes of both
	codec Codec[In, Out]
	rx    receiver
	tx    sender
}

// NewFramed returns rw as a connection of frames. The Framed owns rw: Drop drops it. A
// codec with state serves this connection alone.
func NewFramed[In, Out any](rw aio.ReadWriter, codec Codec[In, Out]) *Framed[In, Out] {
	return &Framed[In, Out]{io: rw, codec: codec}
}

// Drop drops the connection, and all bytes that are still in a buffer. The stream has
// ended, and the sink is closed. Drop must not be called during a poll.
func (f *Framed[In, Out]) Drop() {
	f.rx.mu.Lock()
	f.tx.mu.Lock()
	rw := f.io
	f.io = nil
	f.rx.drop()
	f.tx.drop()
	f.tx.mu.Unlock()
	f.rx.mu.Unlock()
	edo.Drop(rw)
}

// Inner returns the connection, for its limits of time and its options; nil after Drop and
// Parts. It stays that of f. A read from it misses the bytes that f has read ahead, and takes
// those of the next frames; a write to it goes before the frames that are not flushed. To go on
// with the connection itself take f apart: [Framed.Parts] has the bytes of both buffers.
func (f *Framed[In, Out]) Inner() aio.ReadWriter {
	f.rx.mu.Lock()
	defer f.rx.mu.Unlock()
	return f.io
}

// framedSource and framedSink are what the two directions of a Framed work on.
type (
	framedSource[In, Out any] Framed[In, Out]
	framedSink[In, Out any]   Framed[In, Out]
)

func (f *framedSource[In, Out]) Waits(cx *edo.Context) edo.Wait { return f.rx.waits(cx, f) }
func (f *framedSource[In, Out]) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	return f.io.PollRead(cx, p)
}
func (f *framedSource[In, Out]) AbandonRead(w edo.Waker) { aio.AbandonRead(f.io, w) }
func (f *framedSource[In, Out]) Decode(buf *Buffer, end bool) (In, bool, error) {
	return f.codec.Decode(buf, end)
}

func (f *framedSink[In, Out]) Waits(cx *edo.Context) edo.Wait { return f.tx.waits(cx, f) }
func (f *framedSink[In, Out]) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	return f.io.PollWrite(cx, p)
}
func (f *framedSink[In, Out]) PollFlush(cx *edo.Context) (edo.Poll, error) { return f.io.PollFlush(cx) }
func (f *framedSink[In, Out]) PollShutdown(cx *edo.Context) (edo.Poll, error) {
	return f.io.PollShutdown(cx)
}
func (f *framedSink[In, Out]) AbandonWrite(w edo.Waker) { aio.AbandonWrite(f.io, w) }
func (f *framedSink[In, Out]) Encode(frame Out, buf *Buffer) error {
	return f.codec.Encode(frame, buf)
}

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
	return pollNext(cx, &f.rx, source[In]((*framedSource[In, Out])(f)))
}

// Recv waits for the next frame. The error is [io.EOF] at the end, and once after
// every error: see [Framed.PollNext]. Only the decoder allocates.
//
//edo:step RecvStep
func (f *Framed[In, Out]) Recv(task *edo.Task) (In, error) {
	frame, err := edo.Await(task, f.RecvFuture())
	f.rx.end(err, (*framedSource[In, Out])(f))
	return frame, err
}

// RecvFuture is [Framed.Recv] as a future, which borrows f. It allocates nothing: it is f
// itself. After it was ready it is the future of the frame after that. Its Drop gives up the
// wait, and nothing else.
func (f *Framed[In, Out]) RecvFuture() edo.Future[In] { return (*recvFuture[In, Out])(f) }

// PollReady is ready when there is room for a frame: while fewer than 8 KiB wait to be
// written. Otherwise it flushes, and is ready once the flush is complete or fewer than
// 8 KiB wait. While another task waits to send, the error is an [*edo.BusyError].
func (f *Framed[In, Out]) PollReady(cx *edo.Context) (edo.Poll, error) {
	return f.tx.poll(cx, (*framedSink[In, Out])(f), (*sender).makeRoom)
}

// StartSend encodes frame into the buffer. Nothing reaches the connection before
// PollFlush. After an error no part of frame is in the buffer, and the sink can be used
// further.
func (f *Framed[In, Out]) StartSend(frame Out) error {
	return startSend(&f.tx, Encoder[Out]((*framedSink[In, Out])(f)), frame)
}

// PollFlush writes the bytes in the buffer, and then flushes the connection. A later poll
// continues where an earlier one had to wait, or failed. When nothing was sent it does not
// touch the connection.
func (f *Framed[In, Out]) PollFlush(cx *edo.Context) (edo.Poll, error) {
	return f.tx.poll(cx, (*framedSink[In, Out])(f), (*sender).flush)
}

// PollClose flushes and shuts down the writing side: the other side reads to the
// end. Frames can still be received. Sending fails from then on.
func (f *Framed[In, Out]) PollClose(cx *edo.Context) (edo.Poll, error) {
	return f.tx.poll(cx, (*framedSink[In, Out])(f), (*sender).close)
}

// Send sends frame and flushes. When the task is cancelled while it flushes, the
// frame stays in the buffer. While another task waits to send, the error is an
// [*edo.BusyError], and frame is not taken.
//
//edo:step SendStep
func (f *Framed[In, Out]) Send(task *edo.Task, frame Out) error {
	return f.outlet().send(task, frame)
}

// Feed waits for room and puts frame into the buffer. The next Flush or Send writes it:
// several small frames then go out in one write.
//
//edo:step FeedStep
func (f *Framed[In, Out]) Feed(task *edo.Task, frame Out) error {
	return f.outlet().feed(task, frame)
}

// outlet is f in Send and Feed.
func (f *Framed[In, Out]) outlet() outlet[Out] {
	return outlet[Out]{&f.tx, (*framedSink[In, Out])(f), (*readyFuture[In, Out])(f), (*flushFuture[In, Out])(f)}
}

// Flush waits until every frame that was sent is written and the connection is flushed.
//
//edo:step FlushStep
func (f *Framed[In, Out]) Flush(task *edo.Task) error {
	_, err := edo.Await(task, f.FlushFuture())
	f.tx.end(err, (*framedSink[In, Out])(f))
	return err
}

// Close flushes and shuts down the writing side. Frames can still be received. It
// may be called twice.
//
//edo:step CloseStep
func (f *Framed[In, Out]) Close(task *edo.Task) error {
	_, err := edo.Await(task, f.CloseFuture())
	f.tx.end(err, (*framedSink[In, Out])(f))
	return err
}

// SendFuture is [Framed.Send] as a future, whose value is f again, for the next
// step of a chain. It borrows f and keeps frame.
func (f *Framed[In, Out]) SendFuture(frame Out) edo.Future[*Framed[In, Out]] {
	return &sendFuture[Out, *Framed[In, Out]]{to: f, frame: frame}
}

// FlushFuture is [Framed.Flush] as a future, which borrows f. It allocates nothing.
func (f *Framed[In, Out]) FlushFuture() edo.Future[edo.Unit] { return (*flushFuture[In, Out])(f) }

// CloseFuture is [Framed.Close] as a future, which borrows f. It allocates nothing.
func (f *Framed[In, Out]) CloseFuture() edo.Future[edo.Unit] { return (*closeFuture[In, Out])(f) }

// A Framed has a method set for each of its futures.
type (
	recvFuture[In, Out any]  Framed[In, Out]
	readyFuture[In, Out any] Framed[In, Out]
	flushFuture[In, Out any] Framed[In, Out]
	closeFuture[In, Out any] Framed[In, Out]
)

func (r *recvFuture[In, Out]) Poll(cx *edo.Context) (In, edo.Poll, error) {
	return frameOrEOF((*Framed[In, Out])(r).PollNext(cx))
}

func (r *readyFuture[In, Out]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	poll, err := (*Framed[In, Out])(r).PollReady(cx)
	return edo.Unit{}, poll, err
}

func (w *flushFuture[In, Out]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	poll, err := (*Framed[In, Out])(w).PollFlush(cx)
	return edo.Unit{}, poll, err
}

func (c *closeFuture[In, Out]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	poll, err := (*Framed[In, Out])(c).PollClose(cx)
	return edo.Unit{}, poll, err
}

// Drop gives up the wait: the same for each of the futures.
func (r *recvFuture[In, Out]) Drop()  { r.rx.giveUp((*framedSource[In, Out])(r)) }
func (r *readyFuture[In, Out]) Drop() { r.tx.giveUp((*framedSink[In, Out])(r)) }
func (w *flushFuture[In, Out]) Drop() { w.tx.giveUp((*framedSink[In, Out])(w)) }
func (c *closeFuture[In, Out]) Drop() { c.tx.giveUp((*framedSink[In, Out])(c)) }

// giveUpSend gives up what a Send waits for.
func (f *Framed[In, Out]) giveUpSend() { f.tx.giveUp((*framedSink[In, Out])(f)) }

// frameOrEOF is an item of a stream as the result of a future: the end is io.EOF.
func frameOrEOF[In any](frame In, poll edo.Poll, err error) (In, edo.Poll, error) {
	if poll == edo.End {
		return frame, edo.Ready, io.EOF
	}
	return frame, poll, err
}
