package aio

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/reuse"
)

var errEnded = edo.NewError(own.ErrPolledAgain, "aio: a future was polled after its end")

// polledAgain is the result of a poll of a future that has ended. It uses the budget, so
// that a loop over such polls gives way.
func polledAgain[T any](cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	if !cx.Proceed(nil) {
		return zero, edo.Pending, nil
	}
	return zero, edo.Ready, errEnded
}

// A call in direct style awaits the future of the same name, which it borrows from a pool:
// it allocates nothing. Readers and writers keep wakers, and no pointer to the future.

// operation is a future that can tell its progress, for a call that is cancelled before
// it is complete.
type operation[T any] interface {
	edo.Future[T]
	progress() T
}

// await runs op in a future of pool and returns its progress, which is its value when there
// is no error.
func await[T, O any, P interface {
	reuse.Future[O]
	operation[T]
}](task *edo.Task, pool *reuse.Pool[O, P], op O) (T, error) {
	f := pool.Get()
	*f = op
	_, err := edo.Await(task, edo.Future[T](f))
	progress := f.progress()
	pool.Put(f)
	return progress, err
}

// awaitStep is the step form of await. The Step keeps the future while that waits.
func awaitStep[T, O any, P interface {
	reuse.Future[O]
	operation[T]
}](task *edo.Task, st *edo.Step, pool *reuse.Pool[O, P], op O) (done bool, progress T, err error) {
	f := P(edo.StepState[O](st))
	if f == nil {
		f = pool.Get()
		*f = op
	}
	st.Set(nil) // also when the reader or the writer panics
	if done, _, err = edo.AwaitStep(task, edo.Future[T](f)); !done {
		st.Set(f)
		return false, progress, nil
	}
	progress = f.progress()
	pool.Put(f)
	return true, progress, err
}
