package owntest

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Script is a stream, or a future, that plays its steps. As a stream it ends after
// the last one; as a future it is ready with the first value or error.
type Script[T any] struct {
	t     testing.TB
	steps []step[T]
	waker edo.Waker // of the task that waits at a Wait
	done  bool
	polls int
	drops int
}

type step[T any] struct {
	kind kind
	v    T
	err  error
}

type kind uint8

const (
	give  kind = iota // a value, or an error
	wait              // pending until Wake
	yield             // pending once, and woken at once
)

// NewScript returns an empty script.
func NewScript[T any](t testing.TB) *Script[T] { return &Script[T]{t: t} }

// Give adds values.
func (s *Script[T]) Give(values ...T) *Script[T] {
	for _, v := range values {
		s.steps = append(s.steps, step[T]{v: v})
	}
	return s
}

// Fail adds an error.
func (s *Script[T]) Fail(err error) *Script[T] {
	s.steps = append(s.steps, step[T]{err: err})
	return s
}

// Wait adds a halt: pending until [Script.Wake].
func (s *Script[T]) Wait() *Script[T] {
	s.steps = append(s.steps, step[T]{kind: wait})
	return s
}

// Yield adds one poll that is pending, and wakes its task at once.
func (s *Script[T]) Yield() *Script[T] {
	s.steps = append(s.steps, step[T]{kind: yield})
	return s
}

// Poll plays the next step, as a future.
func (s *Script[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := s.play(cx)
	s.done = s.done || p == edo.Ready
	return v, p, err
}

// PollNext plays the next step, as a stream.
func (s *Script[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) { return s.play(cx) }

func (s *Script[T]) play(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	s.polls++
	switch {
	case s.drops > 0:
		s.t.Error("polled after it was dropped")
	case s.done:
		s.t.Error("polled after its end")
	}
	if !cx.Proceed(nil) {
		return zero, edo.Pending, nil
	}
	if len(s.steps) == 0 {
		s.done = true
		return zero, edo.End, nil
	}
	st := s.steps[0]
	if st.kind == wait {
		s.waker = cx.Waker()
		return zero, edo.Pending, nil
	}
	s.steps = s.steps[1:]
	if st.kind == yield {
		cx.Waker().WakeBy(cx)
		return zero, edo.Pending, nil
	}
	return st.v, edo.Ready, st.err
}

// Wake ends the Wait that the script has come to, and wakes the task that waits there. At
// another step it does nothing.
func (s *Script[T]) Wake() {
	if len(s.steps) > 0 && s.steps[0].kind == wait {
		s.steps = s.steps[1:]
		s.waker.Wake()
	}
}

// Drop counts the drop, and drops the values of the steps that are left.
func (s *Script[T]) Drop() {
	s.drops++
	steps := s.steps
	s.steps = nil
	for _, st := range steps {
		if st.kind == give && st.err == nil {
			own.Discard(st.v)
		}
	}
}

// Polls returns how often the script was polled.
func (s *Script[T]) Polls() int { return s.polls }

// Drops returns how often the script was dropped.
func (s *Script[T]) Drops() int { return s.drops }

// Handle is a value with an owner: it counts how often it was dropped.
type Handle struct {
	N     int
	drops int
}

// NewHandle returns a handle with a number.
func NewHandle(n int) *Handle { return &Handle{N: n} }

// Drop counts the drop.
func (h *Handle) Drop() { h.drops++ }

// Drops returns how often the handle was dropped.
func (h *Handle) Drops() int { return h.drops }
