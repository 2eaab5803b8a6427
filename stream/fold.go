package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Fold returns a future that calls fn for each value of s, in order. The first call gets
// init as the accumulator, and each later call the result of the call before. The future is
// ready with the last result when s ends. It fails with the first error, of s or of fn.
//
// The accumulator belongs to fn while fn runs, even if fn returns an error; the other result
// is ignored then. Between two calls it belongs to the future, which drops it when the future
// is dropped, or when s has an error.
func Fold[A, T any](s Stream[T], init A, fn func(acc A, v T) (A, error)) edo.Future[A] {
	f := newFold(s, init, fn)
	return &f
}

// fold has ended when it does not hold the accumulator between two polls: it has returned or
// dropped it, or fn has failed or panicked with it.
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

// FoldFuture is [Fold] with a function that returns a future, and without a stack: s is
// polled for its next value when that future is ready. The accumulator belongs to the future
// until that is ready with the next accumulator.
func FoldFuture[A, T any](s Stream[T], init A, fn func(acc A, v T) edo.Future[A]) edo.Future[A] {
	return &foldFuture[A, T]{src: source(s), acc: own.HoldValue(init), fn: fn}
}

// foldFuture holds the accumulator, or a step that owns it. It has ended when it holds
// neither.
type foldFuture[A, T any] struct {
	src  own.Stream[T]
	acc  own.Value[A]
	step own.Future[A]
	fn   func(A, T) edo.Future[A]
}

func (f *foldFuture[A, T]) Poll(cx *edo.Context) (zero A, _ edo.Poll, _ error) {
	for {
		// Finish the step of the last value: it gives back the accumulator.
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
		// Get the next value. The end of src, or an error, ends the fold.
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
		// Begin its step, which the next round polls.
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

// FoldTask is [Fold] with a function in direct style, which borrows a coroutine for each
// value (some 500 ns) and may wait. When the future is dropped while fn waits, fn gets
// [edo.ErrCancelled] from the call that it waits in, and returns. A panic in fn is the error
// of the future, a [*edo.PanicError].
//
//edo:spawn FoldTaskStep
func FoldTask[A, T any](s Stream[T], init A, fn func(task *edo.Task, acc A, v T) (A, error)) edo.Future[A] {
	return FoldFuture(s, init, func(acc A, v T) edo.Future[A] {
		return edo.Async(func(task *edo.Task) (A, error) { return fn(task, acc, v) })
	})
}

// FoldTaskStep is [FoldTask] with a function that returns the frame of each call.
func FoldTaskStep[A, T, F any, P edo.ValueFrame[A, F]](s Stream[T], init A, frame func(acc A, v T) F) edo.Future[A] {
	return FoldFuture(s, init, func(acc A, v T) edo.Future[A] {
		return edo.AsyncStep[A](foldFrame[A, F, P]{frame(acc, v)})
	})
}

// foldFrame is a call of a [FoldTask]: that has a function of its own around the user's.
type foldFrame[A, F any, P edo.ValueFrame[A, F]] struct{ f F }

// Poll is a step of the user's function.
func (f *foldFrame[A, F, P]) Poll(task *edo.Task) (done bool, acc A, err error) {
	return P(&f.f).Poll(task)
}

// FunctionName is the name of the function in direct style.
func (*foldFrame[A, F, P]) FunctionName() string { return foldTaskName }

const foldTaskName = "github.com/edo-go/edo/stream.FoldTask[...].func1.1"
