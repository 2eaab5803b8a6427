package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// TakeUntil returns a stream of the items of s until the future is ready. Then it drops s and
// ends; an error of the future is the last item, its value is dropped. The future is polled
// first, so an item that becomes ready together with it is not given.
//
//	s          1-2-3-4-|
//	until      -----a
//	TakeUntil  1-2-3|
func TakeUntil[T, U any](s Stream[T], until edo.Future[U]) Seq[T] {
	t := &takeUntil[T, U]{src: source(s), until: own.HoldFuture(until)}
	t.self = t
	return Seq[T]{&t.node}
}

type takeUntil[T, U any] struct {
	node[T]
	src    own.Stream[T]
	until  own.Future[U]
	isSrcs bool // until has used up the budget: it is the turn of src
}

func (t *takeUntil[T, U]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	isSrcs := t.isSrcs
	t.isSrcs = false
	if isSrcs {
		if v, p, err := t.pollSrc(cx); p != edo.Pending {
			return v, p, err
		}
	}
	if t.until.Held() {
		turn := budget.Begin(cx)
		u, p, err := t.until.Poll(cx)
		switch {
		case p == edo.Ready && err != nil:
			t.src.Drop()
			return zero, edo.Ready, err
		case p == edo.Ready:
			defer own.Discard(u)
			t.src.Drop()
			return zero, edo.End, nil
		}
		t.isSrcs = turn.UsedUp(cx)
	}
	if isSrcs { // and is pending
		return zero, edo.Pending, nil
	}
	return t.pollSrc(cx)
}

func (t *takeUntil[T, U]) pollSrc(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := t.src.Poll(cx)
	if p == edo.End {
		t.until.Drop()
	}
	return v, p, err
}

func (t *takeUntil[T, U]) Drop() {
	defer t.until.Drop()
	t.src.Drop()
}

// Fuse returns a stream of the items of s that is polled no more once it has ended, and drops s
// then. All streams that this package makes do so already; Fuse is for a stream of another kind.
//
//	s     1-2-|
//	Fuse  1-2-|
func (s Seq[T]) Fuse() Seq[T] {
	f := &fuse[T]{src: s.source()}
	f.self = f
	return Seq[T]{&f.node}
}

type fuse[T any] struct {
	node[T]
	src own.Stream[T]
}

func (f *fuse[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) { return f.src.Poll(cx) }

func (f *fuse[T]) Drop() { f.src.Drop() }
