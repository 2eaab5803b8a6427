package owntest

import (
	"testing"

	"github.com/edo-go/edo"
)

// Sink is a sink with room for a given number of values, which it keeps until it is
// flushed.
type Sink[T any] struct {
	t       testing.TB
	room    int
	holds   bool // flushes are pending
	err     error
	waker   edo.Waker
	taken   []T // accepted and not flushed
	flushed []T
}

// NewSink returns a sink with room for n values.
func NewSink[T any](t testing.TB, n int) *Sink[T] { return &Sink[T]{t: t, room: n} }

// Grow makes room for n more values, and wakes the task that waits for it.
func (s *Sink[T]) Grow(n int) {
	s.room += n
	s.waker.Wake()
}

// HoldFlush makes flushes wait, or ends that, and wakes the task that waits.
func (s *Sink[T]) HoldFlush(hold bool) {
	s.holds = hold
	s.waker.Wake()
}

// Fail makes every poll fail with err, and wakes the task that waits.
func (s *Sink[T]) Fail(err error) {
	s.err = err
	s.waker.Wake()
}

// Taken returns the values that were not flushed.
func (s *Sink[T]) Taken() []T { return s.taken }

// Flushed returns the values that were flushed.
func (s *Sink[T]) Flushed() []T { return s.flushed }

// PollReady waits for room.
func (s *Sink[T]) PollReady(cx *edo.Context) (edo.Poll, error) { return s.wait(cx, s.room == 0) }

// StartSend accepts v.
func (s *Sink[T]) StartSend(v T) error {
	if s.room == 0 {
		s.t.Error("StartSend without room")
	}
	s.room--
	s.taken = append(s.taken, v)
	return nil
}

// PollFlush flushes, unless HoldFlush holds it up.
func (s *Sink[T]) PollFlush(cx *edo.Context) (edo.Poll, error) {
	p, err := s.wait(cx, s.holds)
	if p == edo.Ready && err == nil {
		s.flushed = append(s.flushed, s.taken...)
		s.taken = nil
	}
	return p, err
}

// PollClose must not be called: a borrower does not close the sink.
func (s *Sink[T]) PollClose(*edo.Context) (edo.Poll, error) {
	s.t.Error("closed by its borrower")
	return edo.Ready, nil
}

// Drop must not be called either.
func (s *Sink[T]) Drop() { s.t.Error("dropped by its borrower") }

func (s *Sink[T]) wait(cx *edo.Context, pending bool) (edo.Poll, error) {
	switch {
	case !cx.Proceed(nil):
		return edo.Pending, nil
	case s.err != nil:
		return edo.Ready, s.err
	case pending:
		s.waker = cx.Waker()
		return edo.Pending, nil
	}
	return edo.Ready, nil
}
