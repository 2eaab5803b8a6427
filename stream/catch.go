package stream

import (
	"runtime/debug"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Catch returns a stream of the values of s up to its first error, and then of the items of the
// stream that fn makes of that error. s is dropped before fn is called. Errors of the second
// stream are passed on. A nil stream has no items: so the error ends the stream silently. To
// change an error and go on with s, see [Seq.MapErr]; to begin again, see [Retry].
//
//	s      1-2-#-3-|
//	fn     ------a-b-|
//	Catch  1-2---a-b-|
func (s Seq[T]) Catch(fn func(err error) Stream[T]) Seq[T] {
	c := &catch[T]{src: s.source(), fn: fn}
	c.self = c
	return Seq[T]{&c.node}
}

type catch[T any] struct {
	node[T]
	src own.Stream[T]
	fn  func(error) Stream[T] // nil: src is the second stream
}

func (c *catch[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := c.src.Poll(cx)
	if err == nil || p != edo.Ready || c.fn == nil {
		return v, p, err
	}
	fn := c.fn
	c.fn = nil
	c.src.Drop()
	c.src = source(fn(err))
	return c.src.Poll(cx)
}

func (c *catch[T]) Drop() { c.src.Drop() }

// CatchPanic returns a stream of the items of s that ends when a poll of s panics: its last item is an
// [*edo.PanicError], and s is dropped before it is given. A panic that is not caught ends the task that polls,
// with the same error: CatchPanic is for a part of a task, such as one of the streams of a [Merge]. It leaves
// [runtime.Goexit] alone. It holds no items.
//
// A poll costs a deferred call more, some nanoseconds. A panic costs its stack trace.
//
//	s           1-2-!
//	CatchPanic  1-2-(#|)
func (s Seq[T]) CatchPanic() Seq[T] {
	c := &catchPanic[T]{src: s.source()}
	c.self = c
	return Seq[T]{&c.node}
}

type catchPanic[T any] struct {
	node[T]
	src own.Stream[T]
}

func (c *catchPanic[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	defer func() {
		if value := recover(); value != nil {
			p, err = edo.Ready, &edo.PanicError{Value: value, Stack: debug.Stack(), Task: "(that polled a stream with CatchPanic)"}
			c.src.Drop()
		}
	}()
	return c.src.Poll(cx)
}

func (c *catchPanic[T]) Drop() { c.src.Drop() }

// UntilError returns a stream of the items of s up to its first error, which is the last item.
// It drops s right after it. So a stream ends at an error, as those of other libraries do.
//
//	s           1-2-#-3-|
//	UntilError  1-2-(#|)
func (s Seq[T]) UntilError() Seq[T] {
	u := &untilError[T]{src: s.source()}
	u.self = u
	return Seq[T]{&u.node}
}

type untilError[T any] struct {
	node[T]
	src own.Stream[T]
}

func (u *untilError[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := u.src.Poll(cx)
	if p == edo.Ready && err != nil {
		u.src.Drop()
	}
	return v, p, err
}

func (u *untilError[T]) Drop() { u.src.Drop() }
