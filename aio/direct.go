package aio

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

var errEnded = edo.NewError(own.ErrPolledAgain, "aio: a future was polled after its end")

// polledAgain is what a future says that was polled after its end, at the price of one
// operation of the budget, so that a loop that goes on all the same gives way.
func polledAgain[T any](cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	if !cx.Proceed(nil) {
		return zero, edo.Pending, nil
	}
	return zero, edo.Ready, errEnded
}

// Direct style is the future of the same name, awaited. So that this allocates
// nothing, the futures of direct style come from pools. That is sound because
// edo.Await borrows: once it has returned nobody polls the future any more, and
// readers and writers keep wakers, not futures.

// A pool keeps operations of one type that nobody uses.
type pool[O any] struct{ free sync.Pool }

// operation is a future that can say how far it has come, for the caller whose
// task is cancelled in the middle.
type operation[T any] interface {
	edo.Future[T]
	progress() T
}

// await runs op in an operation of pool and returns how far it has come: its
// value, when there is no error.
func await[T, O any, P interface {
	*O
	operation[T]
}](task *edo.Task, pool *pool[O], op O) (T, error) {
	o, ok := pool.free.Get().(*O)
	if !ok {
		o = new(O)
	}
	*o = op
	_, err := edo.Await(task, edo.Future[T](P(o)))
	v := P(o).progress()
	edo.Drop(o)
	var empty O
	*o = empty
	pool.free.Put(o)
	return v, err
}
