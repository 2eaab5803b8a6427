package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Merge returns a stream of the items of all streams in the order in which they become ready.
// It ends when all have ended. Those that are ready take turns: a stream that has given an item
// is polled again behind the others. Each has a waker of its own, so with ten thousand of them a
// wake costs the poll of one. For two, [Seq.Merge] costs less for each item.
//
// It holds no items, and is three allocations.
//
//	s       1-----2--|
//	second  --a--b|
//	third   ---x-----y--|
//	Merge   1-ax-b2--y--|
func Merge[T any](streams ...Stream[T]) Seq[T] {
	m := &mergeAll[T]{}
	srcs := make([]own.Stream[T], len(streams))
	for i, s := range streams {
		srcs[i] = source(s)
	}
	m.mux.init(srcs)
	m.self = m
	return Seq[T]{&m.node}
}

type mergeAll[T any] struct {
	node[T]
	mux mux[T]
}

func (m *mergeAll[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := m.mux.poll(cx)
	if p == edo.End && !cx.Proceed(nil) {
		p = edo.Pending
	}
	return v, p, err
}

func (m *mergeAll[T]) Drop() { m.mux.Drop() }

// FlatMapUnordered returns a stream of the items of streams: fn makes one of each value of s. Up
// to n of them are polled side by side and take turns, as in [Merge]; while there are n, s is
// not polled. An error of s is passed on. If n is less than 1 the stream is one error. It holds
// no items.
//
//	s                 1--2--3|
//	FlatMapUnordered  --1-1212323-(3|)
func FlatMapUnordered[T, U any](s Stream[T], n int, fn func(T) Stream[U]) Seq[U] {
	f := &flatMapUnordered[T, U]{src: source(s), n: n, fn: fn}
	if n < 1 {
		f.err = errNoneAtATime
		f.src.Drop()
	}
	f.self = f
	return Seq[U]{&f.node}
}

type flatMapUnordered[T, U any] struct {
	node[U]
	src own.Stream[T]
	mux mux[U]
	n   int
	fn  func(T) Stream[U]
	err error // the only item

	muxFirst bool // src has used up the budget, or has failed: the streams are polled first
}

func (f *flatMapUnordered[T, U]) PollNext(cx *edo.Context) (zero U, _ edo.Poll, err error) {
	if err, f.err = f.err, nil; err != nil {
		return zero, edo.Ready, err
	}
	if f.muxFirst {
		f.muxFirst = false
		if u, p, err := f.mux.poll(cx); p == edo.Ready {
			return u, p, err
		}
	}
	for {
		// Fill the free places.
		isPending, all := false, budget.Begin(cx)
		for f.mux.live < f.n && f.src.Held() && !isPending {
			turn := budget.Begin(cx)
			if turn.GivesWay(cx) {
				isPending = true
				break
			}
			v, p, err := f.src.Poll(cx)
			turn.End(cx)
			switch {
			case p == edo.Pending:
				isPending = true
			case p == edo.Ready && err != nil:
				f.muxFirst = true
				return zero, p, err
			case p == edo.Ready:
				if inner := source(f.fn(v)); inner.Held() {
					f.mux.add(inner)
				}
			}
		}
		f.muxFirst = all.UsedUp(cx)
		// Poll the streams. When some have ended, there is a place for more.
		before := f.mux.live
		u, p, err := f.mux.poll(cx)
		switch {
		case p == edo.Ready:
			return u, p, err
		case f.mux.live < before && f.src.Held() && !isPending:
			continue
		case p == edo.End && f.src.Held():
			return zero, edo.Pending, nil
		case p == edo.End && !cx.Proceed(nil):
			p = edo.Pending
		}
		return zero, p, nil
	}
}

func (f *flatMapUnordered[T, U]) Drop() {
	f.err = nil
	defer f.mux.Drop()
	f.src.Drop()
}

// Switch returns a stream of the items of the latest stream: fn makes one of each value of s,
// and the one before is dropped at once. It ends when s and the latest have ended. s is polled
// first: while it has values, they follow each other, and only the last one's stream is polled.
// An error of s is passed on, and the latest stream goes on. A nil stream has no items.
//
//	s       1-------2---3|
//	Switch  --1-1-1---2---3-3-(3|)
func Switch[T, U any](s Stream[T], fn func(T) Stream[U]) Seq[U] {
	w := &switched[T, U]{src: source(s), fn: fn}
	w.self = w
	return Seq[U]{&w.node}
}

type switched[T, U any] struct {
	node[U]
	src   own.Stream[T]
	inner own.Stream[U]
	fn    func(T) Stream[U]

	isInners bool // src has used up the budget without a value, or has failed: it is the turn of inner
}

func (w *switched[T, U]) PollNext(cx *edo.Context) (zero U, _ edo.Poll, _ error) {
	if w.isInners {
		w.isInners = false
		if w.inner.Held() {
			if u, p, err := w.inner.Poll(cx); p == edo.Ready {
				return u, p, err
			}
		}
	}
	for w.src.Held() {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		v, p, err := w.src.Poll(cx)
		turn.End(cx)
		if p == edo.Ready && err != nil {
			w.isInners = true
			return zero, p, err
		}
		if p != edo.Ready {
			w.isInners = turn.UsedUp(cx)
			break
		}
		keepOrDrop(w.leave, v)
		w.inner = source(w.fn(v))
	}
	if !w.inner.Held() && w.src.Held() {
		return zero, edo.Pending, nil
	}
	u, p, err := w.inner.Poll(cx)
	if p == edo.End && w.src.Held() {
		p = edo.Pending
	}
	return u, p, err
}

// leave drops the stream before the one of v. If that panics, v is dropped too.
func (w *switched[T, U]) leave(T) bool {
	w.inner.Drop()
	return true
}

func (w *switched[T, U]) Drop() {
	defer w.src.Drop()
	w.inner.Drop()
}
