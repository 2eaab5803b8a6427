package future

import (
	"math"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/backoff"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Backoff says whether, and after which wait, [Retry] tries again: Initial before the second
// try, then Factor times as long each time, up to Max. The zero Backoff tries again at once,
// without an end. It is also that of Retry in package stream, whose tries are counted from the last
// value on.
type Backoff struct {
	// Initial is the wait before the second try.
	Initial time.Duration
	// Max is the longest wait; 0 means that there is none.
	Max time.Duration
	// Factor is by what each wait is longer than the one before; 0 means 2.
	Factor float64
	// Jitter is the part of each wait that is drawn at random, from 0 to 1: so tries of many
	// clients do not come together. With 1 a wait is between 0 and its full length. In the
	// simulator the seed decides.
	Jitter float64
	// Attempts is the number of tries; 0 means that there is no limit.
	Attempts int
	// If, if not nil, says whether to try again after err: not after a request that can never
	// succeed.
	If func(err error) bool
	// OnRetry, if not nil, is told of each failure that is followed by another try: the number
	// of tries so far, and the wait before the next.
	OnRetry func(attempt int, wait time.Duration, err error)
}

// wait returns how long to wait after so many failures. random is from 0 to 1.
func (b *Backoff) wait(failures int, random float64) time.Duration {
	return backoff.Growth{Initial: b.Initial, Max: b.Max, Factor: b.Factor, Jitter: b.Jitter}.Delay(failures-1, random)
}

// Retry returns a future of the value of the first future made by try that succeeds. A future
// that has failed is dropped; after a wait, as b says, the next one is made. When no try is
// left, or b.If says so, Retry fails with the last error.
//
// Each try takes at least one operation off the budget. Retry is one allocation, and a try
// allocates nothing but what the function does. The waits are those of the clock of the
// runtime, in milliseconds. Drop drops the future of the try, and stops the timer.
func Retry[T any](b Backoff, try func() edo.Future[T]) Fut[T] {
	r := &retry[T]{b: b, try: try}
	r.self = r
	return Fut[T]{&r.node}
}

type retry[T any] struct {
	node[T]
	src      own.Future[T]
	b        Backoff
	try      func() edo.Future[T] // nil: ended or dropped
	failures int
	timer    sched.Timer
	until    int64 // the end of the wait, if waiting
	waiting  bool
}

func (r *retry[T]) Poll(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	for r.try != nil {
		if r.waiting && !r.isOver(cx) {
			return zero, edo.Pending, nil
		}
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		if !r.src.Held() {
			try := r.try
			r.try = nil // if it panics, there are no more tries
			f := unwrap(try())
			if f == nil {
				turn.End(cx)
				return zero, edo.Ready, errNil
			}
			r.try = try
			r.src.Hold(f)
		}
		v, p, err := r.src.Poll(cx)
		turn.End(cx)
		if p == edo.Pending {
			return zero, p, nil
		}
		if p == edo.End {
			err = errEnded
		}
		if err == nil {
			r.try = nil
			return v, p, nil
		}
		try := r.try
		r.try = nil // if a function of b panics, there are no more tries
		if err := r.fail(cx, err); err != nil {
			return zero, edo.Ready, err
		}
		r.try = try
	}
	return polledAgain[T](cx)
}

// fail begins the wait before another try. Its error says that there is none.
func (r *retry[T]) fail(cx *edo.Context, err error) error {
	in := (*sched.Context)(cx)
	r.failures++
	if r.failures == r.b.Attempts || r.b.If != nil && !r.b.If(err) {
		return err
	}
	wait := r.b.wait(r.failures, float64(in.Rand())/math.MaxUint32)
	if wait > 0 && in.Runtime() == nil {
		return sched.ErrNoClock
	}
	if r.b.OnRetry != nil {
		r.b.OnRetry(r.failures, wait, err)
	}
	if wait > 0 {
		r.until, r.waiting = sched.After(in.Now(), wait), true
	}
	if in.Inspecting() {
		in.Task().Wake() // the poll after the report goes on
	}
	return nil
}

// isOver reports whether the wait is over. Otherwise it sets the timer.
func (r *retry[T]) isOver(cx *edo.Context) bool {
	in := (*sched.Context)(cx)
	if in.Inspecting() {
		cx.Proceed(r)
		return false
	}
	if r.until > in.Passed() && r.until > in.Now() {
		in.Arm(&r.timer, r.until)
		return false
	}
	r.waiting = false
	r.timer.Stop()
	return true
}

func (r *retry[T]) Drop() {
	r.try = nil
	r.timer.Stop()
	r.src.Drop()
}

// Waits says until when the next try waits.
func (r *retry[T]) Waits(cx *edo.Context) edo.Wait {
	w := edo.Wait{On: "future: the wait before another try"}
	if rt := (*sched.Context)(cx).Runtime(); rt != nil && r.waiting && r.until != sched.Never {
		w.Until = rt.Driver().(driver.Driver).Time(r.until)
	}
	return w
}
