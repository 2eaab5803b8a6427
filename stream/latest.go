package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// CombineLatest returns a stream of pairs of the latest values of a and b: one for each value of
// either, once both have had one. While both are ready they take turns, as in [Seq.Merge]. It
// ends when both have ended, or when one has ended without a value. Errors are passed on.
//
// A value can be in many pairs. The receiver of the first of them owns it. CombineLatest drops
// only the values that were in no pair.
//
//	a              1-----2-----3|
//	b              ---a-----b---------|
//	CombineLatest  ---1a-2a-2b-3b-----|
func CombineLatest[A, B any](a Stream[A], b Stream[B]) Seq[Pair[A, B]] {
	c := &combineLatest[A, B]{a: source(a), b: source(b)}
	c.self = c
	return Seq[Pair[A, B]]{&c.node}
}

type combineLatest[A, B any] struct {
	node[Pair[A, B]]
	a      own.Stream[A]
	b      own.Stream[B]
	first  latest[A]
	second latest[B]
	bFirst bool // b is polled first
}

// latest is the latest value of a stream.
type latest[T any] struct {
	v       own.Value[T]
	isGiven bool // it was in a pair, and is the receiver's
}

// put replaces the value.
func (l *latest[T]) put(v T) {
	if l.isGiven {
		l.isGiven = false
		l.v.Take()
	}
	l.v.Replace(v)
}

// show returns the value, which stays the latest one.
func (l *latest[T]) show() T {
	v := l.v.Take()
	l.v.Put(v)
	l.isGiven = true
	return v
}

func (l *latest[T]) Drop() {
	if l.isGiven {
		l.isGiven = false
		l.v.Take()
	}
	l.v.Drop()
}

func (c *combineLatest[A, B]) PollNext(cx *edo.Context) (out Pair[A, B], _ edo.Poll, _ error) {
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return out, edo.Pending, nil
		}
		p, err := c.pollSources(cx)
		turn.End(cx)
		switch {
		case p == edo.End:
			c.Drop()
			return out, p, nil
		case p != edo.Ready || err != nil:
			return out, p, err
		case c.first.v.Held() && c.second.v.Held():
			return Pair[A, B]{c.first.show(), c.second.show()}, p, nil
		}
	}
}

// pollSources polls for one item of either stream.
func (c *combineLatest[A, B]) pollSources(cx *edo.Context) (edo.Poll, error) {
	if c.isOver() && cx.Proceed(nil) { // a stream that uses up the budget would keep the end from its turn
		return edo.End, nil
	}
	isStarved, isBs := false, false // one has used up the budget, and the other is first next time: b?
	for range 2 {
		isB := c.bFirst
		turn := budget.Begin(cx)
		p, err := edo.End, error(nil)
		switch {
		case isB && c.b.Held():
			var v B
			if v, p, err = c.b.Poll(cx); p == edo.Ready && err == nil {
				c.second.put(v)
			}
		case !isB && c.a.Held():
			var v A
			if v, p, err = c.a.Poll(cx); p == edo.Ready && err == nil {
				c.first.put(v)
			}
		}
		c.bFirst = !isB
		if p == edo.Ready {
			return p, err
		}
		if turn.UsedUp(cx) {
			isStarved, isBs = true, !isB
		}
	}
	if isStarved {
		c.bFirst = isBs
	}
	if c.isOver() && cx.Proceed(nil) {
		return edo.End, nil
	}
	return edo.Pending, nil
}

// isOver reports whether both streams have ended, or one without a value.
func (c *combineLatest[A, B]) isOver() bool {
	return !c.a.Held() && (!c.b.Held() || !c.first.v.Held()) || !c.b.Held() && !c.second.v.Held()
}

func (c *combineLatest[A, B]) Drop() {
	defer c.second.Drop()
	defer c.first.Drop()
	defer c.b.Drop()
	c.a.Drop()
}

// WithLatestFrom returns a stream of pairs: each value of s with the latest of other. Values of
// s that come before the first of other are dropped. other is polled first, until it is
// pending, so its latest value is up to date. It ends with s, or when other has ended without a
// value. Errors of both are passed on.
//
// The receiver of the first pair that a value of other is in owns it. WithLatestFrom drops the
// values of other that were in no pair.
//
//	s               1--2--3--4--|
//	other           --a----b---|
//	WithLatestFrom  ---2a-3a-4b-|
func WithLatestFrom[T, U any](s Stream[T], other Stream[U]) Seq[Pair[T, U]] {
	w := &withLatestFrom[T, U]{src: source(s), other: source(other)}
	w.self = w
	return Seq[Pair[T, U]]{&w.node}
}

type withLatestFrom[T, U any] struct {
	node[Pair[T, U]]
	src    own.Stream[T]
	other  own.Stream[U]
	latest latest[U]
	isSrcs bool // other has used up the budget, or has failed: it is the turn of src
}

func (w *withLatestFrom[T, U]) PollNext(cx *edo.Context) (out Pair[T, U], p edo.Poll, err error) {
	for {
		isSrcs := w.isSrcs
		w.isSrcs = false
		if !isSrcs {
			switch gaveWay, err := w.pollOther(cx); {
			case err != nil:
				return out, edo.Ready, err
			case gaveWay:
				return out, edo.Pending, nil
			}
		}
		out, p, err = w.pollSrc(cx)
		if p != edo.Pending || !isSrcs {
			return out, p, err
		}
		// other was not polled, and wakes no task.
	}
}

// pollOther polls other until it is pending, or gives way before that. An error is that of other.
func (w *withLatestFrom[T, U]) pollOther(cx *edo.Context) (gaveWay bool, _ error) {
	all := budget.Begin(cx)
	for w.other.Held() {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			w.isSrcs = all.UsedUp(cx)
			return true, nil
		}
		u, p, err := w.other.Poll(cx)
		turn.End(cx)
		if p == edo.Ready && err != nil {
			w.isSrcs = true
			return false, err
		}
		if p != edo.Ready {
			break
		}
		w.latest.put(u)
	}
	w.isSrcs = all.UsedUp(cx)
	if !w.other.Held() && !w.latest.v.Held() {
		w.src.Drop()
	}
	return false, nil
}

// pollSrc polls src for a pair.
func (w *withLatestFrom[T, U]) pollSrc(cx *edo.Context) (out Pair[T, U], _ edo.Poll, _ error) {
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return out, edo.Pending, nil
		}
		v, p, err := w.src.Poll(cx)
		switch {
		case p == edo.End:
			w.Drop()
			return out, p, nil
		case p != edo.Ready || err != nil:
			return out, p, err
		case w.latest.v.Held():
			return Pair[T, U]{v, w.latest.show()}, p, nil
		}
		turn.End(cx)
		own.Discard(v)
	}
}

func (w *withLatestFrom[T, U]) Drop() {
	defer w.latest.Drop()
	defer w.other.Drop()
	w.src.Drop()
}
