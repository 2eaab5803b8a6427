package stream

import (
	"math"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/backoff"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Backoff says how long to wait before another try: Initial before the first, then Factor times
// as long each time, up to Max. The zero Backoff tries again at once, without an end.
type Backoff struct {
	// Initial is the wait before the first try after a failure.
	Initial time.Duration
	// Max is the longest wait; 0 means that there is none.
	Max time.Duration
	// Factor is by what each wait is longer than the one before; 0 means 2.
	Factor float64
	// Jitter is the part of each wait that is drawn at random, from 0 to 1: so tries of many
	// clients do not come together. With 1 a wait is between 0 and its full length. In the
	// simulator the seed decides.
	Jitter float64
	// Attempts is after how many failures in a row to give up; 0 means never.
	Attempts int
	// OnRetry, if not nil, is told of each failure that is followed by another try.
	OnRetry func(attempt int, wait time.Duration, err error)
}

// wait returns how long to wait before another try, after so many failures in a row. random is
// from 0 to 1.
func (b *Backoff) wait(failures int, random float64) time.Duration {
	return backoff.Growth{Initial: b.Initial, Max: b.Max, Factor: b.Factor, Jitter: b.Jitter}.Delay(failures-1, random)
}

// Retry returns a stream of the values of a stream that open makes. At an error it drops that
// stream, waits as b says, and opens another one. A value ends a row of failures. When it gives
// up, the last error is an item, and the stream ends. It ends with the stream that is open, and
// when open returns nil.
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
	open     func() Stream[T] // nil: ended or dropped
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
		if !r.src.Held() {
			r.src = source(r.open())
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
		r.src.Drop()
		if err := r.fail(cx, err); err != nil {
			r.open = nil
			return zero, edo.Ready, err
		}
	}
	if !cx.Proceed(nil) {
		return zero, edo.Pending, nil
	}
	return zero, edo.End, nil
}

// fail begins the wait before another try. Its error says that there is none.
func (r *retry[T]) fail(cx *edo.Context, err error) error {
	if r.failures++; r.failures == r.b.Attempts {
		return err
	}
	wait := r.b.wait(r.failures, float64((*sched.Context)(cx).Rand())/math.MaxUint32)
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
