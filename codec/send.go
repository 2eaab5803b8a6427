package codec

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/sched"
)

// boundary is the number of unwritten bytes from which there is no room for another frame.
const boundary = 8 << 10

// PollReady is ready when there is room for a frame: while fewer than 8 KiB wait to be
// written. Otherwise it flushes, and is ready once the flush is complete or fewer than
// 8 KiB wait. While another task waits to send, the error is an [*edo.BusyError].
func (f *Framed[In, Out]) PollReady(cx *edo.Context) (edo.Poll, error) {
	return f.pollSend(cx, (*Framed[In, Out]).makeRoom)
}

// pollSend is one poll of the sending direction. It calls step with tx locked.
func (f *Framed[In, Out]) pollSend(cx *edo.Context, step func(f *Framed[In, Out], cx *edo.Context) (edo.Poll, error)) (poll edo.Poll, err error) {
	leaf := (*sendWait[In, Out])(f)
	if (*sched.Context)(cx).Inspecting() {
		cx.Proceed(leaf) // whose Waits asks the connection
		return edo.Pending, nil
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return edo.Pending, nil
	}
	if err := f.tx.beginPoll(cx, leaf, useOneSender); err != nil {
		turn.End(cx)
		return edo.Ready, err
	}
	defer func() { f.tx.endPoll(cx, poll) }() // also when the connection panics
	poll, err = step(f, cx)
	turn.End(cx)
	return poll, err
}

// makeRoom is PollReady with tx locked.
func (f *Framed[In, Out]) makeRoom(cx *edo.Context) (edo.Poll, error) {
	if f.closed {
		return edo.Ready, errClosed
	}
	if f.output.Len() < boundary {
		return edo.Ready, nil
	}
	return f.flush(cx)
}

// StartSend encodes frame into the buffer. Nothing reaches the connection before
// PollFlush. After an error no part of frame is in the buffer, and the sink can be used
// further.
func (f *Framed[In, Out]) StartSend(frame Out) error {
	f.tx.mu.Lock()
	defer f.tx.mu.Unlock()
	return f.encode(frame)
}

// encode is StartSend with tx locked.
func (f *Framed[In, Out]) encode(frame Out) error {
	if f.closed {
		return errClosed
	}
	before := f.output.Len()
	if err := f.codec.Encode(frame, &f.output); err != nil {
		f.output.truncate(before)
		if before == 0 {
			f.output.release()
		}
		return err
	}
	f.unflushed = true
	return nil
}

// PollFlush writes the bytes in the buffer, and then flushes the connection. A later poll
// continues where an earlier one had to wait, or failed. When nothing was sent it does not
// touch the connection.
func (f *Framed[In, Out]) PollFlush(cx *edo.Context) (edo.Poll, error) {
	return f.pollSend(cx, (*Framed[In, Out]).flush)
}

// flush is PollFlush with tx locked.
func (f *Framed[In, Out]) flush(cx *edo.Context) (edo.Poll, error) {
	if !f.unflushed {
		return edo.Ready, nil
	}
	for f.output.Len() > 0 {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		n, poll, err := f.io.PollWrite(cx, f.output.Bytes())
		turn.End(cx)
		switch {
		case poll == edo.Pending || err != nil:
			return poll, err
		case n == 0:
			return edo.Ready, io.ErrShortWrite
		}
		f.output.Discard(n)
	}
	f.output.release()
	poll, err := f.io.PollFlush(cx)
	f.unflushed = poll == edo.Pending || err != nil
	return poll, err
}

// PollClose flushes and shuts down the writing side: the other side reads to the
// end. Frames can still be received. Sending fails from then on.
func (f *Framed[In, Out]) PollClose(cx *edo.Context) (edo.Poll, error) {
	return f.pollSend(cx, (*Framed[In, Out]).close)
}

// close is PollClose with tx locked.
func (f *Framed[In, Out]) close(cx *edo.Context) (edo.Poll, error) {
	if f.closed {
		return edo.Ready, nil
	}
	if poll, err := f.flush(cx); poll == edo.Pending || err != nil {
		return poll, err
	}
	poll, err := f.io.PollShutdown(cx)
	f.closed = poll == edo.Ready && err == nil
	return poll, err
}

// Send sends frame and flushes. When the task is cancelled while it flushes, the
// frame stays in the buffer. While another task waits to send, the error is an
// [*edo.BusyError], and frame is not taken.
//
//edo:step SendStep
func (f *Framed[In, Out]) Send(task *edo.Task, frame Out) error {
	if err := f.Feed(task, frame); err != nil {
		return err
	}
	return f.Flush(task)
}

// Feed waits for room and puts frame into the buffer. The next Flush or Send writes it:
// several small frames then go out in one write.
//
//edo:step FeedStep
func (f *Framed[In, Out]) Feed(task *edo.Task, frame Out) error {
	if err := task.Proceed(nil); err != nil {
		return err
	}
	if isFed, err := f.feed(frame); isFed {
		return err
	}
	if _, err := edo.Await(task, edo.Future[edo.Unit]((*readyFuture[In, Out])(f))); err != nil {
		return err
	}
	return f.StartSend(frame)
}

// feed puts frame into the buffer, and reports whether there was room and no task waits to send:
// the most frequent case needs no poll.
func (f *Framed[In, Out]) feed(frame Out) (isFed bool, err error) {
	f.tx.mu.Lock()
	defer f.tx.mu.Unlock()
	if !f.tx.waiting.IsZero() || f.output.Len() >= boundary {
		return false, nil
	}
	return true, f.encode(frame)
}

// Flush waits until every frame that was sent is written and the connection is flushed.
//
//edo:step FlushStep
func (f *Framed[In, Out]) Flush(task *edo.Task) error {
	_, err := edo.Await(task, f.FlushFuture())
	return err
}

// Close flushes and shuts down the writing side. Frames can still be received. It
// may be called twice.
//
//edo:step CloseStep
func (f *Framed[In, Out]) Close(task *edo.Task) error {
	_, err := edo.Await(task, f.CloseFuture())
	return err
}

// SendFuture is [Framed.Send] as a future, whose value is f again, for the next
// step of a chain. It borrows f and keeps frame.
func (f *Framed[In, Out]) SendFuture(frame Out) edo.Future[*Framed[In, Out]] {
	return &sendFuture[In, Out]{to: f, frame: frame}
}

// FlushFuture is [Framed.Flush] as a future, which borrows f. It allocates nothing.
func (f *Framed[In, Out]) FlushFuture() edo.Future[edo.Unit] { return (*flushFuture[In, Out])(f) }

// CloseFuture is [Framed.Close] as a future, which borrows f. It allocates nothing.
func (f *Framed[In, Out]) CloseFuture() edo.Future[edo.Unit] { return (*closeFuture[In, Out])(f) }

// A Framed has a method set for each of its futures.
type (
	readyFuture[In, Out any] Framed[In, Out]
	flushFuture[In, Out any] Framed[In, Out]
	closeFuture[In, Out any] Framed[In, Out]
)

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

type sendFuture[In, Out any] struct {
	to       *Framed[In, Out] // nil: ended
	frame    Out
	buffered bool // the frame is in the buffer of to, and must be flushed
}

func (s *sendFuture[In, Out]) Poll(cx *edo.Context) (*Framed[In, Out], edo.Poll, error) {
	to := s.to
	if to == nil {
		if !cx.Proceed(nil) {
			return nil, edo.Pending, nil
		}
		return nil, edo.Ready, errEnded
	}
	poll, err := edo.Ready, error(nil)
	if !s.buffered {
		poll, err = to.PollReady(cx)
		if poll == edo.Ready && err == nil {
			err = to.StartSend(s.frame)
		}
		if s.buffered = poll == edo.Ready && err == nil; s.buffered {
			var none Out
			s.frame = none
		}
	}
	if s.buffered {
		poll, err = to.PollFlush(cx)
	}
	if poll != edo.Pending {
		*s = sendFuture[In, Out]{}
	}
	return to, poll, err
}
