package stream

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Debounce returns a stream of the values of s after which s gave no other for d. It drops the
// others. At the end of s, and before an error, the last value comes at once. It holds at most
// one value and one error.
//
//	s         1-2-3------4-#---5--6|
//	Debounce  --------3----(4#)----(6|)
func (s Seq[T]) Debounce(d time.Duration) Seq[T] {
	b := &debounce[T]{src: s.source(), d: d}
	b.deadline.on = "stream: a pause of the source"
	b.self = b
	return Seq[T]{&b.node}
}

type debounce[T any] struct {
	node[T]
	src      own.Stream[T]
	v        own.Value[T] // the last value
	err      error        // comes behind v
	deadline deadline     // set while s is pending behind v
	d        time.Duration
}

func (b *debounce[T]) PollNext(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	for {
		if err := b.err; err != nil {
			b.err = nil
			return zero, edo.Ready, err
		}
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		v, p, err := b.src.Poll(cx)
		switch {
		case p == edo.Pending && b.v.Held():
			if !b.deadline.isSet {
				if err := b.deadline.set(cx, b.d); err != nil {
					b.err = err
					return b.v.Take(), edo.Ready, nil
				}
			}
			if !b.deadline.isOver(cx) {
				return zero, p, nil
			}
			b.deadline.clear()
			return b.v.Take(), edo.Ready, nil
		case p == edo.Ready && err == nil:
			turn.End(cx)
			b.deadline.clear()
			b.v.Replace(v)
			continue
		case p == edo.Pending || !b.v.Held():
			return zero, p, err
		}
		b.deadline.clear()
		b.err = err // nil at the end
		return b.v.Take(), edo.Ready, nil
	}
}

func (b *debounce[T]) Drop() {
	b.err = nil
	b.deadline.clear()
	defer b.v.Drop()
	b.src.Drop()
}
