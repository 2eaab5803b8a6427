package codec

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// FramedWrite is a writer of frames: the sending direction of a [Framed] alone. It is a sink
// of Out, for the half of a connection, a file or a pipe.
type FramedWrite[Out any] struct {
	io      aio.Writer // nil once dropped; guarded by tx
	encoder Encoder[Out]
	tx      sender
}

// NewFramedWrite returns w as a sink of frames. The FramedWrite owns w: Drop drops it. An
// encoder with state serves this writer alone.
func NewFramedWrite[Out any](w aio.Writer, encoder Encoder[Out]) *FramedWrite[Out] {
	return &FramedWrite[Out]{io: w, encoder: encoder}
}

// Drop drops the writer, and all bytes that are still in the buffer. The sink is closed.
// Drop must not be called during a poll.
func (f *FramedWrite[Out]) Drop() {
	f.tx.mu.Lock()
	w := f.io
	f.io = nil
	f.tx.drop()
	f.tx.mu.Unlock()
	edo.Drop(w)
}

// Inner returns the writer, as [Framed.Inner] does.
func (f *FramedWrite[Out]) Inner() aio.Writer {
	f.tx.mu.Lock()
	defer f.tx.mu.Unlock()
	return f.io
}

// writeSink is what the sender of a FramedWrite works on.
type writeSink[Out any] FramedWrite[Out]

func (f *writeSink[Out]) Waits(cx *edo.Context) edo.Wait { return f.tx.waits(cx, f) }
func (f *writeSink[Out]) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	return f.io.PollWrite(cx, p)
}
func (f *writeSink[Out]) PollFlush(cx *edo.Context) (edo.Poll, error) { return f.io.PollFlush(cx) }
func (f *writeSink[Out]) PollShutdown(cx *edo.Context) (edo.Poll, error) {
	return f.io.PollShutdown(cx)
}
func (f *writeSink[Out]) AbandonWrite(w edo.Waker)            { aio.AbandonWrite(f.io, w) }
func (f *writeSink[Out]) Encode(frame Out, buf *Buffer) error { return f.encoder.Encode(frame, buf) }

// PollReady is ready when there is room for a frame, as [Framed.PollReady] is.
func (f *FramedWrite[Out]) PollReady(cx *edo.Context) (edo.Poll, error) {
	return f.tx.poll(cx, (*writeSink[Out])(f), (*sender).makeRoom)
}

// StartSend encodes frame into the buffer, as [Framed.StartSend] does.
func (f *FramedWrite[Out]) StartSend(frame Out) error {
	return startSend(&f.tx, Encoder[Out]((*writeSink[Out])(f)), frame)
}

// PollFlush writes the bytes in the buffer, as [Framed.PollFlush] does.
func (f *FramedWrite[Out]) PollFlush(cx *edo.Context) (edo.Poll, error) {
	return f.tx.poll(cx, (*writeSink[Out])(f), (*sender).flush)
}

// PollClose flushes and shuts down the writer. Sending fails from then on.
func (f *FramedWrite[Out]) PollClose(cx *edo.Context) (edo.Poll, error) {
	return f.tx.poll(cx, (*writeSink[Out])(f), (*sender).close)
}

// Send sends frame and flushes, as [Framed.Send] does.
//
//edo:step SendStep
func (f *FramedWrite[Out]) Send(task *edo.Task, frame Out) error {
	return f.outlet().send(task, frame)
}

// SendStep is the step form of [FramedWrite.Send].
func (f *FramedWrite[Out]) SendStep(task *edo.Task, st *edo.Step, frame Out) (done bool, err error) {
	return f.outlet().sendStep(task, st, frame)
}

// Feed waits for room and puts frame into the buffer, as [Framed.Feed] does.
//
//edo:step FeedStep
func (f *FramedWrite[Out]) Feed(task *edo.Task, frame Out) error {
	return f.outlet().feed(task, frame)
}

// FeedStep is the step form of [FramedWrite.Feed].
func (f *FramedWrite[Out]) FeedStep(task *edo.Task, st *edo.Step, frame Out) (done bool, err error) {
	return f.outlet().feedStep(task, st, frame)
}

// outlet is f in Send and Feed.
func (f *FramedWrite[Out]) outlet() outlet[Out] {
	return outlet[Out]{&f.tx, (*writeSink[Out])(f), (*writeReadyFuture[Out])(f), (*writeFlushFuture[Out])(f)}
}

// Flush waits until every frame that was sent is written and the writer is flushed.
//
//edo:step FlushStep
func (f *FramedWrite[Out]) Flush(task *edo.Task) error {
	_, err := edo.Await(task, f.FlushFuture())
	f.tx.end(err, (*writeSink[Out])(f))
	return err
}

// FlushStep is the step form of [FramedWrite.Flush].
func (f *FramedWrite[Out]) FlushStep(task *edo.Task) (done bool, err error) {
	if done, _, err = edo.AwaitStep(task, f.FlushFuture()); done {
		f.tx.end(err, (*writeSink[Out])(f))
	}
	return done, err
}

// Close flushes and shuts down the writer. It may be called twice.
//
//edo:step CloseStep
func (f *FramedWrite[Out]) Close(task *edo.Task) error {
	_, err := edo.Await(task, f.CloseFuture())
	f.tx.end(err, (*writeSink[Out])(f))
	return err
}

// CloseStep is the step form of [FramedWrite.Close].
func (f *FramedWrite[Out]) CloseStep(task *edo.Task) (done bool, err error) {
	if done, _, err = edo.AwaitStep(task, f.CloseFuture()); done {
		f.tx.end(err, (*writeSink[Out])(f))
	}
	return done, err
}

// SendFuture is [FramedWrite.Send] as a future, whose value is f again, for the next step of
// a chain. It borrows f and keeps frame.
func (f *FramedWrite[Out]) SendFuture(frame Out) edo.Future[*FramedWrite[Out]] {
	return &sendFuture[Out, *FramedWrite[Out]]{to: f, frame: frame}
}

// FlushFuture is [FramedWrite.Flush] as a future, which borrows f. It allocates nothing.
func (f *FramedWrite[Out]) FlushFuture() edo.Future[edo.Unit] { return (*writeFlushFuture[Out])(f) }

// CloseFuture is [FramedWrite.Close] as a future, which borrows f. It allocates nothing.
func (f *FramedWrite[Out]) CloseFuture() edo.Future[edo.Unit] { return (*writeCloseFuture[Out])(f) }

// A FramedWrite has a method set for each of its futures.
type (
	writeReadyFuture[Out any] FramedWrite[Out]
	writeFlushFuture[Out any] FramedWrite[Out]
	writeCloseFuture[Out any] FramedWrite[Out]
)

func (r *writeReadyFuture[Out]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	poll, err := (*FramedWrite[Out])(r).PollReady(cx)
	return edo.Unit{}, poll, err
}

func (w *writeFlushFuture[Out]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	poll, err := (*FramedWrite[Out])(w).PollFlush(cx)
	return edo.Unit{}, poll, err
}

func (c *writeCloseFuture[Out]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	poll, err := (*FramedWrite[Out])(c).PollClose(cx)
	return edo.Unit{}, poll, err
}

// Drop gives up the wait: the same for each of the futures.
func (r *writeReadyFuture[Out]) Drop() { r.tx.giveUp((*writeSink[Out])(r)) }
func (w *writeFlushFuture[Out]) Drop() { w.tx.giveUp((*writeSink[Out])(w)) }
func (c *writeCloseFuture[Out]) Drop() { c.tx.giveUp((*writeSink[Out])(c)) }

// giveUpSend gives up what a Send waits for.
func (f *FramedWrite[Out]) giveUpSend() { f.tx.giveUp((*writeSink[Out])(f)) }
