package codec

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/sched"
)

// boundary is the number of unwritten bytes from which there is no room for another frame.
const boundary = 8 << 10

// sender is the sending direction of a connection of frames. Its fields are guarded by mu.
type sender struct {
	direction
	output *Buffer // encoded and not written; nil: nothing

	unflushed bool // a frame was sent since the connection was flushed
	closed    bool
}

// sink is what a sender writes to: the connection, and the leaf of its waits.
type sink interface {
	edo.Leaf
	aio.Writer
}

// unwritten returns how many bytes wait to be written.
func (s *sender) unwritten() int {
	if s.output == nil {
		return 0
	}
	return s.output.Len()
}

// poll is one poll of the sending direction. It calls step with s locked.
func (s *sender) poll(cx *edo.Context, to sink, step func(s *sender, cx *edo.Context, to sink) (edo.Poll, error)) (poll edo.Poll, err error) {
	if (*sched.Context)(cx).Inspecting() {
		cx.Proceed(to) // whose Waits asks the connection
		return edo.Pending, nil
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return edo.Pending, nil
	}
	if err := s.beginPoll(cx, to, useOneSender); err != nil {
		turn.End(cx)
		return edo.Ready, err
	}
	defer func() { s.endPoll(cx, poll) }() // also when the connection panics
	poll, err = step(s, cx, to)
	turn.End(cx)
	return poll, err
}

// makeRoom is PollReady with s locked.
func (s *sender) makeRoom(cx *edo.Context, to sink) (edo.Poll, error) {
	if s.closed {
		return edo.Ready, errClosed
	}
	if s.unwritten() < boundary {
		aio.AbandonWrite(to, s.waiting) // the rest of the flush is another operation
		return edo.Ready, nil
	}
	return s.flush(cx, to)
}

// flush is PollFlush with s locked.
func (s *sender) flush(cx *edo.Context, to sink) (edo.Poll, error) {
	if !s.unflushed {
		return edo.Ready, nil
	}
	for s.unwritten() > 0 {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		n, poll, err := to.PollWrite(cx, s.output.Bytes())
		turn.End(cx)
		switch {
		case poll == edo.Pending || err != nil:
			return poll, err
		case n == 0:
			return edo.Ready, io.ErrShortWrite
		}
		s.output.Discard(n)
	}
	s.dropOutput()
	poll, err := to.PollFlush(cx)
	s.unflushed = poll == edo.Pending || err != nil
	return poll, err
}

// close is PollClose with s locked.
func (s *sender) close(cx *edo.Context, to sink) (edo.Poll, error) {
	if s.closed {
		return edo.Ready, nil
	}
	if poll, err := s.flush(cx, to); poll == edo.Pending || err != nil {
		return poll, err
	}
	poll, err := to.PollShutdown(cx)
	s.closed = poll == edo.Ready && err == nil
	return poll, err
}

// startSend is StartSend of a connection of frames.
func startSend[Out any](s *sender, encoder Encoder[Out], frame Out) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return encode(s, encoder, frame)
}

// tryFeed puts frame into the buffer, and reports whether there was room and no task waits to send:
// the most frequent case needs no poll.
func tryFeed[Out any](s *sender, encoder Encoder[Out], frame Out) (isFed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.waiting.IsZero() || s.unwritten() >= boundary {
		return false, nil
	}
	return true, encode(s, encoder, frame)
}

// encode is startSend with s locked.
func encode[Out any](s *sender, encoder Encoder[Out], frame Out) error {
	if s.closed {
		return errClosed
	}
	if s.output == nil {
		s.output = newBuffer()
	}
	before := s.output.Len()
	if err := encoder.Encode(frame, s.output); err != nil {
		s.output.truncate(before)
		if before == 0 {
			s.dropOutput()
		}
		return err
	}
	s.unflushed = true
	return nil
}

// end ends an operation with err: when it was given up, the connection hears of it.
func (s *sender) end(err error, to sink) {
	if isOwn(err) {
		s.giveUp(to)
	}
}

// giveUp tells the connection that the task which waits to send has given up. It stays the one that
// waits until another one comes, which asks it.
func (s *sender) giveUp(to sink) {
	s.mu.Lock()
	defer s.mu.Unlock()
	aio.AbandonWrite(to, s.waiting)
}

// dropOutput gives the output back with all that it holds.
func (s *sender) dropOutput() {
	if s.output != nil {
		s.output.giveBack()
		s.output = nil
	}
}

// drop closes the sink. The caller has locked s.
func (s *sender) drop() {
	s.dropOutput()
	s.closed, s.unflushed = true, false
}

// waits says what a sender waits for: what the connection waits for.
func (s *sender) waits(cx *edo.Context, to aio.Writer) edo.Wait {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || !s.unflushed {
		return edo.Wait{On: "codec: send", By: []string{"nothing: all is sent"}}
	}
	return inspectPoll(cx, "codec: send", func(cx *edo.Context) {
		if s.unwritten() == 0 {
			to.PollFlush(cx)
			return
		}
		if n, poll, _ := to.PollWrite(cx, s.output.Bytes()); poll != edo.Pending {
			s.output.Discard(n)
			s.waiting.Wake()
		}
	})
}

// outlet is a Framed or a FramedWrite in Send and Feed.
type outlet[Out any] struct {
	sender       *sender
	encoder      Encoder[Out]
	ready, flush edo.Future[edo.Unit] // PollReady and PollFlush
}

// send is Send of a connection of frames.
func (o outlet[Out]) send(task *edo.Task, frame Out) error {
	if err := o.feed(task, frame); err != nil {
		return err
	}
	_, err := edo.Await(task, o.flush)
	return o.end(err)
}

// feed is Feed of a connection of frames.
func (o outlet[Out]) feed(task *edo.Task, frame Out) error {
	if err := task.Proceed(nil); err != nil {
		return err
	}
	if isFed, err := tryFeed(o.sender, o.encoder, frame); isFed {
		return err
	}
	if _, err := edo.Await(task, o.ready); err != nil {
		return o.end(err)
	}
	return startSend(o.sender, o.encoder, frame)
}

// end ends a wait with err: when it was given up, the connection hears of it.
func (o outlet[Out]) end(err error) error {
	if isOwn(err) {
		edo.Drop(o.flush)
	}
	return err
}

// pollSink is a Framed or a FramedWrite in a future of Send.
type pollSink[Out any] interface {
	edo.Sink[Out]
	comparable
	giveUpSend()
}

// sendFuture is Send as a future. Its value is the sink again.
type sendFuture[Out any, S pollSink[Out]] struct {
	to       S // zero: ended
	frame    Out
	buffered bool // the frame is in the buffer of to, and must be flushed
	waits    bool // the last poll was pending
}

// Drop gives up: the frame was not taken, or stays in the buffer.
func (s *sendFuture[Out, S]) Drop() {
	if s.waits {
		s.waits = false
		s.to.giveUpSend()
	}
}

func (s *sendFuture[Out, S]) Poll(cx *edo.Context) (S, edo.Poll, error) {
	var ended S
	to := s.to
	if to == ended {
		if !cx.Proceed(nil) {
			return ended, edo.Pending, nil
		}
		return ended, edo.Ready, errEnded
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
	if s.waits = poll == edo.Pending; !s.waits {
		*s = sendFuture[Out, S]{}
	}
	return to, poll, err
}
