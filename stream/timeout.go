package stream

import (
	"context"
	"errors"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Timeout returns a stream of the items of s, with an error wherever s gives none for d: once in
// each gap. The late item still comes. The error matches [context.DeadlineExceeded]. To end s at
// the first one, see [Seq.UntilError].
//
// A gap begins with the first poll that finds s pending, so a receiver that is slow causes no
// error. s is polled first: an item that is there at the deadline comes, and no error. It holds
// no items. A poll that waits reads the clock, some 40 ns.
//
//	s        1--2---------3--|
//	Timeout  1--2---#-----3--|
func (s Seq[T]) Timeout(d time.Duration) Seq[T] { return s.withTimeout(d, false) }

// TimeoutRepeating is [Seq.Timeout] with an error after each d of a gap, and not after the first alone: so
// silence is told again and again. A receiver that comes late gets one error for those that it has missed,
// and the next one when it would have come anyway. With a d of 0 or less the stream is one error.
//
//	s                 1--2----------3--|
//	TimeoutRepeating  1--2---#---#--3--|
func (s Seq[T]) TimeoutRepeating(d time.Duration) Seq[T] {
	if d <= 0 {
		s.Drop()
		return oneError[T](errNoPeriod)
	}
	return s.withTimeout(d, true)
}

func (s Seq[T]) withTimeout(d time.Duration, repeats bool) Seq[T] {
	t := &timeout[T]{src: s.source(), d: d, repeats: repeats}
	t.deadline.on = "stream: time-out"
	t.self = t
	return Seq[T]{&t.node}
}

var errNoPeriod = errors.New("stream: a time-out that repeats needs a time above zero")

type timeout[T any] struct {
	node[T]
	src      own.Stream[T]
	deadline deadline
	d        time.Duration
	repeats  bool
	hasFired bool // in this gap, and does not repeat
}

func (t *timeout[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := t.src.Poll(cx)
	switch {
	case p != edo.Pending:
		t.deadline.clear()
		t.hasFired = false
		return v, p, err
	case t.hasFired || !t.src.Held():
		return v, p, err
	case !t.deadline.isSet:
		if err := t.deadline.set(cx, t.d); err != nil {
			t.hasFired = true
			return v, edo.Ready, err
		}
	}
	if !t.deadline.isOver(cx) {
		return v, edo.Pending, nil
	}
	if t.repeats {
		t.deadline.moveOn(cx, t.d)
	} else {
		t.deadline.clear()
		t.hasFired = true
	}
	return v, edo.Ready, &timeoutError{t.d}
}

func (t *timeout[T]) Drop() {
	t.deadline.clear()
	t.src.Drop()
}

// timeoutError is the error item of a gap.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string { return "stream: no item for " + e.after.String() }
func (e *timeoutError) Unwrap() error { return context.DeadlineExceeded }

// Timeout reports true, as for the errors of package net.
func (e *timeoutError) Timeout() bool { return true }

// ChunksTimeout is [Chunks] that waits for a chunk to be full only until d after the first of
// its values. A chunk is never empty. A value that is there at the deadline is in the chunk.
//
//	s              1-2---------3-4-5---------6|
//	ChunksTimeout  ------[12]------[345]------([6]|)
func ChunksTimeout[T any](s Stream[T], n int, d time.Duration) Seq[[]T] {
	c := &chunksTimeout[T]{d: d}
	c.init(s, n)
	c.deadline.on = "stream: the deadline of a chunk"
	c.self = c
	return Seq[[]T]{&c.node}
}

type chunksTimeout[T any] struct {
	node[[]T]
	collector[T]
	deadline deadline
	d        time.Duration
}

func (c *chunksTimeout[T]) PollNext(cx *edo.Context) ([]T, edo.Poll, error) {
	p := c.fill(cx)
	if p == edo.Pending && len(c.chunk) > 0 {
		if !c.deadline.isSet {
			if err := c.deadline.set(cx, c.d); err != nil {
				c.err = err // behind the chunk
				return c.give()
			}
		}
		if c.deadline.isOver(cx) {
			p = edo.Ready
		}
	}
	if p != edo.Ready {
		return nil, p, nil
	}
	c.deadline.clear()
	return c.give()
}

func (c *chunksTimeout[T]) Drop() {
	c.deadline.clear()
	c.collector.Drop()
}
