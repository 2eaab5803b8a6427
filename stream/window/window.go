package window

import (
	"errors"
	"math"
	"slices"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// ByClock returns a stream of the windows of s, by the clock of the runtime: a value is in the
// windows of the time at which it is taken from s. A window is given at its end, by a timer,
// also while s is pending. A wrong shape makes a stream of one error. A value costs a look at
// the clock, some 50 ns.
//
//	s        1-2--#-3-------4-|
//	ByClock  -----#----[123]--([4]|)
func ByClock[T, A any](s stream.Stream[T], shape Shape, fold Fold[T, A]) stream.Seq[Window[A]] {
	return newWindows(s, shape, fold, nil, 0)
}

var errMerge = errors.New("window: sessions by event need a fold with Merge")

// ByEvent returns a stream of the windows of s, by the time that at returns for each value. at
// borrows the value. A window is given when a value has come whose time is at least the window's
// end plus lateness, or when s ends. So a source that gives nothing holds its windows open. A
// value that is later is a [*LateError].
//
//	s        1--3--2--7-----0--4--9--|
//	ByEvent  ---------[132]-#--------([74][9]|)
func ByEvent[T, A any](s stream.Stream[T], shape Shape, at func(T) time.Time, lateness time.Duration, fold Fold[T, A]) stream.Seq[Window[A]] {
	if shape.every == 0 && fold.Merge == nil {
		shape.err = errMerge
	}
	return newWindows(s, shape, fold, at, max(0, lateness))
}

func newWindows[T, A any](s stream.Stream[T], shape Shape, fold Fold[T, A], at func(T) time.Time, lateness time.Duration) stream.Seq[Window[A]] {
	w := &windows[T, A]{src: own.HoldStream(s), shape: shape, fold: fold, at: at, lateness: int64(lateness), closed: math.MinInt64, latest: math.MinInt64}
	if shape.err != nil {
		w.err = shape.err
		w.src.Drop()
	}
	return stream.Of[Window[A]](w)
}

// windows are the open windows of a source. Instants are nanoseconds since 1970.
type windows[T, A any] struct {
	src      own.Stream[T]
	shape    Shape
	fold     Fold[T, A]
	at       func(T) time.Time // nil: by the clock
	lateness int64
	err      error     // comes next
	open     []span[A] // by their ends, and so by their starts
	closed   int64     // windows up to here are given
	latest   int64     // the greatest time of a value
	sleep    timer.Sleeper
	sleeps   int64 // the instant that sleep waits for
}

// span is an open window.
type span[A any] struct {
	start, end int64
	acc        A
}

// PollNext polls for the next window.
func (w *windows[T, A]) PollNext(cx *edo.Context) (zero Window[A], _ edo.Poll, _ error) {
	for {
		if err := w.err; err != nil {
			w.err = nil
			return zero, edo.Ready, err
		}
		// A window that is over is given before the next value is taken.
		if len(w.open) > 0 && w.open[0].end <= w.closed {
			return w.give(), edo.Ready, nil
		}
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		v, p, err := w.src.Poll(cx)
		turn.End(cx)
		switch {
		case p == edo.End:
			if len(w.open) == 0 {
				return zero, p, nil
			}
			w.closed = math.MaxInt64
		case p == edo.Pending:
			if w.at != nil || len(w.open) == 0 {
				return zero, p, nil
			}
			if isOver, err := w.wait(cx); err != nil || !isOver {
				w.err = err
				if err == nil {
					return zero, p, nil
				}
			}
		case err != nil:
			return zero, p, err
		default:
			w.take(cx, v)
		}
	}
}

// give returns the first open window.
func (w *windows[T, A]) give() Window[A] {
	first := w.open[0]
	w.open = slices.Delete(w.open, 0, 1)
	return Window[A]{time.Unix(0, first.start), time.Unix(0, first.end), first.acc}
}

// wait waits for the end of the first open window. A source that is pending because the budget
// is used up does not hold up a window.
func (w *windows[T, A]) wait(cx *edo.Context) (isOver bool, _ error) {
	now, end := timer.Now(cx).UnixNano(), w.open[0].end
	if end > now {
		if w.sleeps != end {
			w.sleeps = end
			w.sleep.Reset(time.Duration(end - now))
		}
		_, p, err := w.sleep.Poll(cx)
		if p == edo.Pending || err != nil {
			return false, err
		}
		now = max(timer.Now(cx).UnixNano(), end)
	}
	w.sleeps = 0
	w.closed = now
	return true, nil
}

// take adds v to its windows.
func (w *windows[T, A]) take(cx *edo.Context, v T) {
	isTaken := false
	defer func() {
		if !isTaken { // a function of the program has panicked
			own.Discard(v)
		}
	}()
	var at int64
	if w.at == nil {
		at = timer.Now(cx).UnixNano()
		w.closed = max(w.closed, at)
	} else {
		at = w.at(v).UnixNano()
		if at > w.latest {
			w.latest = at
			w.closed = max(w.closed, at-w.lateness)
		}
	}
	isTaken = true
	switch {
	case w.shape.every == 0:
		isTaken = w.addToSession(at, v)
	default:
		isTaken = w.addToSpans(at, v)
	}
	if !isTaken {
		isTaken = true
		w.err = &LateError[T]{v, time.Unix(0, at), time.Unix(0, w.closed)}
	}
}

// addToSpans adds v to the windows of fixed size that are open, or open now.
func (w *windows[T, A]) addToSpans(at int64, v T) (isAdded bool) {
	for start := w.shape.firstStart(at); start <= at; start += w.shape.every {
		end := start + w.shape.size
		if end <= w.closed && !w.isOpen(end) {
			continue
		}
		w.add(w.find(start, end), v)
		isAdded = true
	}
	return isAdded
}

// isOpen reports whether there is a window with that end. One that is over is given before the
// next value is taken, but for those that this value has closed.
func (w *windows[T, A]) isOpen(end int64) bool {
	for i := range w.open {
		if w.open[i].end == end {
			return true
		}
	}
	return false
}

// find returns the index of the window from start to end, which it opens if need be.
func (w *windows[T, A]) find(start, end int64) int {
	i := len(w.open)
	for i > 0 && w.open[i-1].end > end {
		i--
	}
	if i > 0 && w.open[i-1].start == start && w.open[i-1].end == end {
		return i - 1
	}
	s := span[A]{start: start, end: end}
	if w.fold.New != nil {
		s.acc = w.fold.New()
	}
	w.open = slices.Insert(w.open, i, s)
	return i
}

// add adds v to the window with index i.
func (w *windows[T, A]) add(i int, v T) {
	acc := w.open[i].acc
	w.open[i].acc = *new(A) // it belongs to the fold
	w.open[i].acc = w.fold.Add(acc, v)
}

// addToSession adds v to the session around at, which begins, grows, or joins two.
func (w *windows[T, A]) addToSession(at int64, v T) (isAdded bool) {
	start, end := at, at+w.shape.size
	first := 0
	for first < len(w.open) && w.open[first].end <= at {
		first++
	}
	last := first
	for last < len(w.open) && w.open[last].start < end {
		last++
	}
	if first == last { // a new one
		if end <= w.closed {
			return false
		}
		w.add(w.find(start, end), v)
		return true
	}
	for last > first+1 { // v joins two
		a, b := &w.open[first], &w.open[first+1]
		a.end = b.end
		a.acc = w.fold.Merge(a.acc, b.acc)
		w.open = slices.Delete(w.open, first+1, first+2)
		last--
	}
	s := &w.open[first]
	s.start, s.end = min(s.start, start), max(s.end, end)
	w.add(first, v)
	return true
}

// Drop drops the source, and the accumulators of the open windows.
func (w *windows[T, A]) Drop() {
	w.sleep.Drop()
	open := w.open
	w.open, w.err = nil, nil
	defer func() {
		if w.shape.overlaps() {
			return
		}
		for i := range open {
			defer own.Discard(open[i].acc)
		}
	}()
	w.src.Drop()
}
