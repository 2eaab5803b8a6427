package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Then returns a stream of what the futures come to that fn makes of the values of
// s, one after the other: s is asked for the next when the future of this one is
// done. A future that fails is an error item.
func Then[T, U any](s Stream[T], fn func(T) edo.Future[U]) Seq[U] {
	t := &then[T, U]{src: source(s), fn: fn}
	t.self = t
	return Seq[U]{&t.node}
}

type then[T, U any] struct {
	node[U]
	src  own.Stream[T]
	step own.Future[U] // of the item before
	fn   func(T) edo.Future[U]
}

func (t *then[T, U]) PollNext(cx *edo.Context) (u U, _ edo.Poll, _ error) {
	if !t.step.Held() {
		v, p, err := t.src.Poll(cx)
		if p != edo.Ready || err != nil {
			return u, p, err
		}
		f := t.fn(v)
		if f == nil {
			return u, edo.Ready, errNil
		}
		t.step.Hold(f)
	}
	return t.step.Poll(cx)
}

func (t *then[T, U]) Drop() {
	defer t.src.Drop()
	t.step.Drop()
}
