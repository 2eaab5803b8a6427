package mpsc

import "github.com/edo-go/edo"

// Sink is a sender as an [edo.Sink]. It holds at most one value, which waits in line: so it
// reserves no slot while it has nothing to send. One goroutine at a time uses it.
type Sink[T any] struct {
	tx  *Sender[T]
	f   SendFuture[T]
	err error // it has failed
}

// Sink returns a sink that sends through tx and owns it: to close or to drop the sink closes
// the handle.
func (tx *Sender[T]) Sink() *Sink[T] { return &Sink[T]{tx: tx} }

// PollReady is Ready when the sink holds no value. The error matches [edo.ErrClosed], and
// says that no further value can be sent: one that was accepted before stays so.
func (s *Sink[T]) PollReady(cx *edo.Context) (edo.Poll, error) {
	p, err := s.PollFlush(cx)
	if p == edo.Ready && err == nil && s.tx.IsClosed() {
		s.err = errClosed
	}
	return p, s.err
}

// StartSend sends v, or puts it in line. After an error v is still the caller's.
func (s *Sink[T]) StartSend(v T) error {
	if s.err != nil {
		return s.err
	}
	if s.f.w.phase != empty {
		return errFull
	}
	s.f.Reset(s.tx, v)
	if s.err = s.f.startSend(nil); s.err != nil {
		s.f.Unsent()
	}
	return s.err
}

// PollFlush is Ready when the value that the sink held, if any, was accepted by the
// channel. When it was refused the sink has failed, and drops it when it is dropped.
func (s *Sink[T]) PollFlush(cx *edo.Context) (edo.Poll, error) {
	if s.err != nil || s.f.w.phase == empty {
		if !cx.Proceed((*sending[T])(s.tx)) {
			return edo.Pending, nil
		}
		return edo.Ready, s.err
	}
	_, p, err := s.f.Poll(cx)
	s.err = err
	return p, err
}

// PollClose flushes, and then closes the handle.
func (s *Sink[T]) PollClose(cx *edo.Context) (edo.Poll, error) {
	p, err := s.PollFlush(cx)
	if p == edo.Ready {
		s.tx.Close()
	}
	return p, err
}

// Drop leaves the line, drops the value that the sink holds, and the sender.
func (s *Sink[T]) Drop() {
	defer s.tx.Drop()
	s.f.Drop()
}
