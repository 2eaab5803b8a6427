package stream

import (
	"errors"
	"iter"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/inside"
)

// All returns the items of s for a loop in direct style, which waits for each:
//
//	for v, err := range stream.All(task, rx) {
//		if err != nil {
//			return err // an error of rx, which is dropped
//		}
//		…
//	}
//	return task.Err() // nil when rx has ended
//
// The loop owns s. It drops s when it ends for any reason: s has ended, the body breaks out,
// returns or panics, or the task is cancelled. To use s after the loop, call [edo.Next]
// instead, which borrows s.
//
// When the task is cancelled the loop ends without another item. After the loop,
// [edo.Task.Err] tells whether the task was cancelled or s has ended, and every later wait
// fails. So a loop with one variable does not see a zero value that was never sent.
//
// An error item comes with the zero value, and the loop goes on. So range over a stream with
// error items with two variables, or use [Each]. If task is not the caller's, the loop gives
// that error once and ends. It also ends after an [*edo.BusyError], which says that another
// task waits for s: then s belongs to that task, and is not dropped.
//
// The items can be ranged over once. If they are not ranged over, s is not dropped. Each item
// takes from the budget of the task, and so does the loop itself.
//
//edo:range AllStep
func All[T any](task *edo.Task, s Stream[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		l := loop[T]{task: task, src: s}
		s = nil
		defer l.drop()
		if err := l.run(yield); err != nil && !errors.Is(err, edo.ErrCancelled) {
			var none T
			yield(none, err)
		}
	}
}

var errNoVariable = errors.New("stream: Each needs a variable for the error that ends the loop")

// Each returns the values of s for a loop in direct style with one variable. The loop ends at
// the first error, and sets *err to it: an error item of s, [edo.ErrCancelled], or an error
// that says that the task is not the caller's. *err is nil when s has ended.
//
//	for v := range stream.Each(task, rx, &err) {
//		…
//	}
//	return err
//
// Each sets *err to nil when the loop begins, and does not change it when the body breaks out
// or returns. Otherwise Each is like [All]: the loop owns s, and drops it when it ends. Each
// panics if err is nil.
//
//edo:range EachStep
func Each[T any](task *edo.Task, s Stream[T], err *error) iter.Seq[T] {
	if err == nil {
		panic(errNoVariable)
	}
	return func(yield func(T) bool) {
		*err = nil
		l := loop[T]{task: task, src: s}
		s = nil
		defer l.drop()
		var itemErr error // the error item that ended the loop
		runErr := l.run(func(v T, e error) bool {
			itemErr = e
			return e == nil && yield(v)
		})
		if runErr != nil {
			*err = runErr
		} else if itemErr != nil {
			*err = itemErr
		}
	}
}

// loop is one loop over src, which it owns.
type loop[T any] struct {
	task *edo.Task
	src  Stream[T] // nil: there are no items
	busy bool      // another task waits for src
}

// run calls yield with the items of src, until src has ended or yield returns false. Its
// error says that the task cannot wait for another item. The start of the loop and each turn
// take from the budget, even when src does not. run also ends when another task waits for
// src: while that task waits, each further poll of src would give the same error.
func (l *loop[T]) run(yield func(T, error) bool) error {
	if l.src == nil {
		return nil
	}
	if err := l.task.Proceed(nil); err != nil {
		return err
	}
	for {
		turn := budget.Begin(inside.Context(l.task))
		if turn <= 0 {
			if err := l.task.Proceed(nil); err != nil {
				return err
			}
		}
		v, ok, err := edo.Next(l.task, l.src)
		if !ok {
			return err
		}
		turn.End(inside.Context(l.task))
		if err != nil {
			l.busy = isAnothers(l.task, err)
		}
		if !yield(v, err) || l.busy {
			return nil
		}
	}
}

// drop drops src, unless another task waits for it.
func (l *loop[T]) drop() {
	if !l.busy {
		edo.Drop(l.src)
	}
}
