package aio

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
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

// A call in direct style awaits the future of the same name. It allocates nothing, because
// these futures come from pools. A pool is sound because edo.Await borrows: once it has
// returned, no poll of the future follows, and readers and writers keep wakers, not
// futures.

// A pool holds unused operations of one type.
type pool[O any] struct{ free sync.Pool }

// operation is a future that can tell its progress, for a call that is cancelled before
// it is complete.
type operation[T any] interface {
	edo.Future[T]
	progress() T
}

// await runs op in an operation of pool and returns its progress, which is its value when
// there is no error.
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
