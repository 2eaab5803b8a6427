package stream

import (
	"iter"

	"github.com/edo-go/edo"
)

// All returns the items of s for a loop in direct style, which waits for each:
//
//	for v, err := range stream.All(task, rx) {
//		if err != nil {
//			return err // rx is dropped
//		}
//		…
//	}
//
// The loop owns s and drops it when it ends, in whatever way: s has ended, the body
// breaks out, returns or panics, or the task is cancelled. To go on with s after the
// loop, call [edo.Next], which borrows.
//
// Items that are errors come with the zero value, and the loop goes on. A task that
// is cancelled, or is not the caller's, gives that error once, and the loop ends.
// The items can be ranged over once; never ranged over, s is not dropped.
func All[T any](task *edo.Task, s Stream[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		src := s
		if src == nil {
			return
		}
		s = nil
		defer edo.Drop(src)
		for {
			v, ok, err := edo.Next(task, src)
			if !ok {
				if err != nil {
					yield(v, err)
				}
				return
			}
			if !yield(v, err) {
				return
			}
		}
	}
}
