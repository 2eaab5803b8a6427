package future

import (
	"runtime/debug"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// CatchPanic returns a future of the result of f that fails with an [*edo.PanicError] when a
// poll of f panics. Then it drops f. A panic that is not caught ends the task that polls, with
// the same error: CatchPanic is for a part of a task, such as one of the futures of a [Join].
// It leaves [runtime.Goexit] alone.
//
// A poll costs a deferred call more, some nanoseconds. A panic costs its stack trace.
func (f Fut[T]) CatchPanic() Fut[T] {
	c := &catchPanic[T]{src: f.source()}
	c.self = c
	return Fut[T]{&c.node}
}

type catchPanic[T any] struct {
	node[T]
	src own.Future[T]
}

func (c *catchPanic[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	defer func() {
		if value := recover(); value != nil {
			p, err = edo.Ready, &edo.PanicError{Value: value, Stack: debug.Stack(), Task: "(that polled a future with CatchPanic)"}
			c.src.Drop()
		}
	}()
	return passWithValue(c.src.Poll(cx))
}

func (c *catchPanic[T]) Drop() { c.src.Drop() }
