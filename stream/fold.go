package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Fold returns a future that runs fn for each value of s, in order, with what fn
// returned for the one before, init at first, and is ready with the last one when s
// ends. The first error, of s or of fn, is its error.
//
// The accumulator belongs to fn while fn runs, also when it returns an error, with
// which its other result is ignored; and to the future between two calls: it is
// dropped with it, or when s has an error.
func Fold[A, T any](s Stream[T], init A, fn func(acc A, v T) (A, error)) edo.Future[A] {
	f := newFold(s, init, fn)
	return &f
}

// fold is ended once the accumulator has been taken and not been put back: given
// out as the value, dropped, or lost by a fn that failed or panicked.
type fold[A, T any] struct {
	src own.Stream[T]
	acc own.Value[A]
	fn  func(A, T) (A, error)
}

func newFold[A, T any](s Stream[T], init A, fn func(A, T) (A, error)) fold[A, T] {
	return fold[A, T]{source(s), own.HoldValue(init), fn}
}

func (f *fold[A, T]) Poll(cx *edo.Context) (zero A, _ edo.Poll, _ error) {
	for f.acc.Held() {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		v, p, err := f.src.Poll(cx)
		turn.End(cx)
		switch {
		case p == edo.Pending:
			return zero, edo.Pending, nil
		case p == edo.End:
			return f.acc.Take(), edo.Ready, nil
		case err != nil:
			f.Drop()
			return zero, edo.Ready, err
		}
		acc, err := f.fn(f.acc.Take(), v)
		if err != nil {
			f.Drop()
			return zero, edo.Ready, err
		}
		f.acc.Put(acc)
	}
	return polledAgain[A](cx)
}

func (f *fold[A, T]) Drop() {
	defer f.acc.Drop()
	f.src.Drop()
}

// FoldFuture is [Fold] with a function that returns a future, and no stack: s is
// asked for its next value when the future of this one is done. The accumulator
// belongs to that future until it gives one back.
func FoldFuture[A, T any](s Stream[T], init A, fn func(acc A, v T) edo.Future[A]) edo.Future[A] {
	return &foldFuture[A, T]{src: source(s), acc: own.HoldValue(init), fn: fn}
}

// foldFuture has the accumulator, or the step that has it, and is ended when it has
// neither.
type foldFuture[A, T any] struct {
	src  own.Stream[T]
	acc  own.Value[A]
	step own.Future[A]
	fn   func(A, T) edo.Future[A]
}

func (f *foldFuture[A, T]) Poll(cx *edo.Context) (zero A, _ edo.Poll, _ error) {
	for {
		if f.step.Held() {
			acc, p, err := f.step.Poll(cx)
			switch {
			case p == edo.Pending:
				return zero, edo.Pending, nil
			case err != nil:
				f.Drop()
				return zero, edo.Ready, err
			}
			f.acc.Put(acc)
		}
		if !f.acc.Held() {
			return polledAgain[A](cx)
		}
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		v, p, err := f.src.Poll(cx)
		turn.End(cx)
		switch {
		case p == edo.Pending:
			return zero, edo.Pending, nil
		case p == edo.End:
			return f.acc.Take(), edo.Ready, nil
		case err != nil:
			f.Drop()
			return zero, edo.Ready, err
		}
		step := f.fn(f.acc.Take(), v)
		if step == nil {
			f.Drop()
			return zero, edo.Ready, errNil
		}
		f.step.Hold(step)
	}
}

func (f *foldFuture[A, T]) Drop() {
	defer f.src.Drop()
	defer f.acc.Drop()
	f.step.Drop()
}

// FoldTask is [Fold] with a function in direct style, which borrows a coroutine for
// each value (some 500 ns) and may wait. When the future is dropped meanwhile, fn
// gets [edo.ErrCancelled] from what it waits in, and returns. A panic in fn is the
// error of the future, a [*edo.PanicError].
func FoldTask[A, T any](s Stream[T], init A, fn func(task *edo.Task, acc A, v T) (A, error)) edo.Future[A] {
	return FoldFuture(s, init, func(acc A, v T) edo.Future[A] {
		return edo.Async(func(task *edo.Task) (A, error) { return fn(task, acc, v) })
	})
}
