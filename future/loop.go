package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Loop returns a future that awaits the futures that next makes, one after the other. next
// gets v first, and then the value of the future that it made before. When next returns nil,
// the value that it got is the result. An error ends the loop, and is its error.
//
//	total := future.Loop(0, func(sum int) edo.Future[int] {
//		if sum >= 100 {
//			return nil
//		}
//		return future.Map(dice(), func(n int) int { return sum + n })
//	})
//
// The loop owns the value until next has it. A next that returns nil leaves the value to the
// loop; any other next owns it. Each turn takes at least one operation off the budget, so that
// a loop over futures that are ready at once gives way to other tasks. A turn allocates
// nothing but what next does.
func Loop[T any](v T, next func(v T) edo.Future[T]) Fut[T] {
	l := &loop[T]{v: own.HoldValue(v), next: next}
	l.self = l
	return Fut[T]{&l.node}
}

type loop[T any] struct {
	node[T]
	src  own.Future[T]
	v    own.Value[T]            // goes to next in the turn that follows; not while src is held
	next func(v T) edo.Future[T] // nil: ended or dropped
}

func (l *loop[T]) Poll(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	for l.next != nil {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return zero, edo.Pending, nil
		}
		if !l.src.Held() {
			next := l.next
			l.next = nil // if it panics, the loop has ended
			v := l.v.Take()
			f := unwrap(next(v))
			if f == nil {
				turn.End(cx)
				return v, edo.Ready, nil
			}
			l.next = next
			l.src.Hold(f)
		}
		v, p, err := l.src.Poll(cx)
		turn.End(cx)
		switch {
		case p == edo.Pending:
			return zero, p, nil
		case p == edo.End || err != nil:
			l.next = nil
			return passWithoutValue[T](p, err)
		}
		l.v.Put(v)
	}
	return polledAgain[T](cx)
}

func (l *loop[T]) Drop() {
	l.next = nil
	defer l.v.Drop()
	l.src.Drop()
}
