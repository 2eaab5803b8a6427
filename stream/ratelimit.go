package stream

import (
	"errors"
	"math"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

var errNoRate = errors.New("stream: a rate needs at least one item, and a time above zero")

// RateLimit returns a stream of the values of s, n in each per on average, and up to burst at
// once after a pause. It delays them, and does not poll s meanwhile: back-pressure reaches the
// source. An error and the end of s are not delayed. It holds at most one value. If n, per or
// burst is less than 1 the stream is one error.
//
// The values come evenly: it is the generic cell rate algorithm, with one instant as its state.
// A limit that several streams share is [github.com/edo-go/edo/timer.Limiter].
//
//	s          (1234)------------5-|
//	RateLimit  (12)3---4---------5-|
func (s Seq[T]) RateLimit(n int, per time.Duration, burst int) Seq[T] {
	if n < 1 || per <= 0 || burst < 1 {
		s.Drop()
		return oneError[T](errNoRate)
	}
	every := max(1, int64(per)/int64(n))
	slack := int64(math.MaxInt64)
	if most := slack / every; int64(burst-1) < most {
		slack = every * int64(burst-1)
	}
	return s.paced(every, slack)
}

// Throttle returns a stream of the values of s, each at least d after the one before was given.
// The first comes at once. It delays values, and drops none; an error and the end of s are not
// delayed. It holds at most one value.
//
//	s         (12)---------3-4-|
//	Throttle  1---2--------3---(4|)
func (s Seq[T]) Throttle(d time.Duration) Seq[T] { return s.paced(max(0, int64(d)), 0) }

func (s Seq[T]) paced(every, slack int64) Seq[T] {
	r := &paced[T]{src: s.source(), every: every, slack: slack}
	r.deadline.on = "stream: the rate limit"
	r.self = r
	return Seq[T]{&r.node}
}

// paced gives a value when its theoretical instant is at most slack ahead. Each value moves that
// instant by every.
type paced[T any] struct {
	node[T]
	src      own.Stream[T]
	v        own.Value[T] // waits for the deadline
	deadline deadline
	every    int64
	slack    int64
	next     int64 // the theoretical instant of the next value
}

func (r *paced[T]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	in := (*sched.Context)(cx)
	if !r.v.Held() {
		if p, err := pollInto(cx, &r.src, &r.v); !r.v.Held() {
			return zero, p, err
		}
		if in.Runtime() == nil {
			r.v.Drop()
			return zero, edo.Ready, sched.ErrNoClock
		}
		r.deadline.setAt(r.next - r.slack)
	}
	if !r.deadline.isOver(cx) {
		return zero, edo.Pending, nil
	}
	r.deadline.clear()
	r.next = sched.After(max(r.next, in.Now()), time.Duration(r.every))
	return r.v.Take(), edo.Ready, nil
}

func (r *paced[T]) Drop() {
	r.deadline.clear()
	defer r.v.Drop()
	r.src.Drop()
}

// oneError returns a stream of err alone.
func oneError[T any](err error) Seq[T] {
	return PollFn(func(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
		if err == nil {
			return zero, edo.End, nil
		}
		out := err
		err = nil
		return zero, edo.Ready, out
	})
}
