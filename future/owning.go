package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Owning returns f with handles that live as long as it does: they are dropped, in
// their order, when f is ready, and when it is dropped, also if it was never polled.
// That is how a function that may never run, such as that of [Lazy], gives back what
// it would have used. As Drop may be called twice, the function may drop them too.
//
// More than two handles are a second allocation.
func Owning[T any](f edo.Future[T], handles ...edo.Dropper) Fut[T] {
	o := &owning[T]{src: source(f)}
	o.handles = append(o.few[:0], handles...)
	o.self = o
	return Fut[T]{&o.node}
}

type owning[T any] struct {
	node[T]
	src     own.Future[T]
	handles []edo.Dropper // in few, when they fit
	few     [2]edo.Dropper
}

func (o *owning[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := o.src.Poll(cx)
	switch p {
	case edo.Pending:
		return v, p, err
	case edo.End:
		return pass[T](p, err)
	}
	o.Drop()
	return v, p, err
}

func (o *owning[T]) Drop() {
	handles := o.handles
	o.handles = nil
	defer func() { o.few = [2]edo.Dropper{} }()
	defer own.DiscardAll(handles)
	o.src.Drop()
}
