package stream

import (
	"errors"
	"iter"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/budget"
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
// The loop owns s and drops it when it ends, in whatever way: s has ended, the body
// breaks out, returns or panics, or the task is cancelled. To go on with s after the
// loop, call [edo.Next], which borrows.
//
// When the task is cancelled the loop ends, and no item comes of it: [edo.Task.Err] says
// afterwards whether the task was cancelled or s has ended, and every later wait fails. A
// loop with one variable sees no zero value that was never sent then.
//
// Items that are errors come with the zero value, and the loop goes on. So a stream that
// has error items is ranged over with two variables, or with [Each]. A task that is not
// the caller's gives that error once, and the loop ends. So does an [*edo.BusyError],
// which says that another task waits for s: it is that task's, and is not dropped.
//
// The items can be ranged over once; never ranged over, s is not dropped. Each takes from
// the budget of the task, and so does the loop itself.
func All[T any](task *edo.Task, s Stream[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		src := s
		if src == nil {
			return
		}
		s = nil
		busy := false
		defer func() {
			if !busy {
				edo.Drop(src)
			}
		}()
		if err := each(task, src, &busy, yield); err != nil && !errors.Is(err, edo.ErrCancelled) {
			var none T
			yield(none, err)
		}
	}
}

// Each returns the values of s for a loop in direct style with one variable, which ends at
// the first error. Then *err is that error: an error item of s, [edo.ErrCancelled], or
// that the task is not the caller's. It is nil when s has ended.
//
//	for v := range stream.Each(task, rx, &err) {
//		…
//	}
//	return err
//
// *err is set to nil when the loop begins, and is not touched when the body breaks out or
// returns. Otherwise Each is like [All]: the loop owns s, and drops it when it ends. err
// must not be nil, or Each panics.
func Each[T any](task *edo.Task, s Stream[T], err *error) iter.Seq[T] {
	if err == nil {
		panic(errors.New("stream: Each needs a variable for the error that ends the loop"))
	}
	return func(yield func(T) bool) {
		*err = nil
		src := s
		if src == nil {
			return
		}
		s = nil
		busy := false
		defer func() {
			if !busy {
				edo.Drop(src)
			}
		}()
		var item error // of s
		over := each(task, src, &busy, func(v T, e error) bool {
			item = e
			return e == nil && yield(v)
		})
		if over == nil {
			over = item
		}
		if over != nil {
			*err = over
		}
	}
}

// each calls yield with the items of src, until src has ended or yield says no. The error
// says that task cannot wait for another item. It and each turn take from the budget, also
// when src does not. *busy is set when another task waits for src, which is the end too:
// whoever asks again while that waits gets the same error, for ever.
func each[T any](task *edo.Task, src Stream[T], busy *bool, yield func(T, error) bool) error {
	if err := task.Proceed(nil); err != nil {
		return err
	}
	for {
		turn := budget.Begin(task.Internal(internal.Key{}))
		if turn <= 0 {
			if err := task.Proceed(nil); err != nil {
				return err
			}
		}
		v, ok, err := edo.Next(task, src)
		if !ok {
			return err
		}
		turn.End(task.Internal(internal.Key{}))
		if err != nil {
			var b *edo.BusyError
			*busy = errors.As(err, &b) && b.IsOf(internal.Key{}, task.Internal(internal.Key{}))
		}
		if !yield(v, err) || *busy {
			return nil
		}
	}
}
