package owntest

import (
	"testing"

	"github.com/edo-go/edo"
)

// Sink has room for as many values as it was told, and keeps them until it is asked
// to flush.
type Sink[T any] struct {
	t       testing.TB
	room    int
	holds   bool // the flush is pending
	err     error
	waker   edo.Waker
	taken   []T // not flushed
	flushed []T
}

// NewSink returns a sink with room for n values.
func NewSink[T any](t testing.TB, n int) *Sink[T] { return &Sink[T]{t: t, room: n} }

// Grow makes room for n more values, and wakes who waits for it.
func (s *Sink[T]) Grow(n int) {
	s.room += n
	s.waker.Wake()
}

// HoldFlush makes flushes wait, or go on, which wakes who waits.
func (s *Sink[T]) HoldFlush(hold bool) {
	s.holds = hold
	s.waker.Wake()
}

// Fail makes everything that waits fail.
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

// StartSend takes v.
func (s *Sink[T]) StartSend(v T) error {
	if s.room == 0 {
		s.t.Error("StartSend without room")
	}
	s.room--
	s.taken = append(s.taken, v)
	return nil
}

// PollFlush flushes, unless that is held up.
func (s *Sink[T]) PollFlush(cx *edo.Context) (edo.Poll, error) {
	p, err := s.wait(cx, s.holds)
	if p == edo.Ready && err == nil {
		s.flushed = append(s.flushed, s.taken...)
		s.taken = nil
	}
	return p, err
}

// PollClose must not be called: who borrows a sink does not close it.
func (s *Sink[T]) PollClose(*edo.Context) (edo.Poll, error) {
	s.t.Error("closed by who borrows it")
	return edo.Ready, nil
}

// Drop must not be called either.
func (s *Sink[T]) Drop() { s.t.Error("dropped by who borrows it") }

func (s *Sink[T]) wait(cx *edo.Context, must bool) (edo.Poll, error) {
	switch {
	case !cx.Proceed(nil):
		return edo.Pending, nil
	case s.err != nil:
		return edo.Ready, s.err
	case must:
		s.waker = cx.Waker()
		return edo.Pending, nil
	}
	return edo.Ready, nil
}
