package stream

import (
	"math"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/backoff"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Backoff is [future.Backoff]: whether, and after which wait, there is another try.
type Backoff = future.Backoff

// Retry returns a stream of the values of a stream that open makes. At an error it drops that
// stream, waits as b says, and opens another one. A value ends a row of failures: the next one is
// the first again, in its wait and in the number of tries. When no try is left, or b.If says so,
// the last error is an item, and the stream ends. It ends with the stream that is open, when open
// returns nil, and when a function of the program panics.
//
// Values that came before an error were given and are not taken back: open says where to go on.
// It holds no items.
//
//	first   1-2-#
//	second  ------3-#
//	third   ------------4-|
//	Retry   1-2---3-----4-|
func Retry[T any](b Backoff, open func() Stream[T]) Seq[T] {
	r := &retry[T]{b: b, open: open}
	r.deadline.on = "stream: the back-off before another try"
	r.self = r
	return Seq[T]{&r.node}
}

type retry[T any] struct {
	node[T]
	src      own.Stream[T]
	b        Backoff
	open     func() Stream[T] // nil: ended or dropped, or a function of the program runs
	failures int
	deadline deadline // set: src has failed
}

func (r *retry[T]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	for r.open != nil {
		if r.deadline.isSet {
			if !r.deadline.isOver(cx) {
				return zero, edo.Pending, nil
			}
			r.deadline.clear()
		}
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		open := r.open
		if !r.src.Held() {
			r.open = nil
			if r.src = source(open()); !r.src.Held() {
				turn.End(cx)
				break // the end, now: the poll of an empty slot may give way, and open would be called again
			}
			r.open = open
		}
		v, p, err := r.src.Poll(cx)
		turn.End(cx)
		switch {
		case p == edo.Ready && err == nil:
			r.failures = 0
			return v, p, nil
		case p == edo.End:
			r.open = nil
			return zero, p, nil
		case p == edo.Pending:
			return zero, p, nil
		}
		r.open = nil
		r.src.Drop()
		if err := r.fail(cx, err); err != nil {
			return zero, edo.Ready, err
		}
		r.open = open
	}
	if !cx.Proceed(nil) {
		return zero, edo.Pending, nil
	}
	return zero, edo.End, nil
}

// fail begins the wait before another try. Its error says that there is none.
func (r *retry[T]) fail(cx *edo.Context, err error) error {
	if r.failures++; r.failures == r.b.Attempts || r.b.If != nil && !r.b.If(err) {
		return err
	}
	growth := backoff.Growth{Initial: r.b.Initial, Max: r.b.Max, Factor: r.b.Factor, Jitter: r.b.Jitter}
	wait := growth.Delay(r.failures-1, float64((*sched.Context)(cx).Rand())/math.MaxUint32)
	if r.b.OnRetry != nil {
		r.b.OnRetry(r.failures, wait, err)
	}
	if wait <= 0 {
		return nil
	}
	return r.deadline.set(cx, wait)
}

func (r *retry[T]) Drop() {
	r.open = nil
	r.deadline.clear()
	r.src.Drop()
}
