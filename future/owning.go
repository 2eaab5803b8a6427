package future

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// Owning returns f with handles that live as long as f: they are dropped, in their order,
// when f is ready, or when it is dropped, even if it was never polled. In this way whatever
// the function of a [Lazy] would have used is dropped even if that function never runs. The
// function may drop the handles too, since Drop may be called twice.
//
// More than two handles are a second allocation.
func Owning[T any](f edo.Future[T], handles ...edo.Dropper) Fut[T] {
	o := &owning[T]{src: source(f)}
	o.handles = append(o.array[:0], handles...)
	o.self = o
	return Fut[T]{&o.node}
}

type owning[T any] struct {
	node[T]
	src     own.Future[T]
	handles []edo.Dropper  // in array, if they fit
	array   [2]edo.Dropper // saves an allocation
}

func (o *owning[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	v, p, err := o.src.Poll(cx)
	switch p {
	case edo.Pending:
		return v, p, err
	case edo.End:
		return passWithoutValue[T](p, err)
	}
	o.Drop()
	return v, p, err
}

func (o *owning[T]) Drop() {
	handles := o.handles
	o.handles = nil
	defer func() { o.array = [2]edo.Dropper{} }()
	defer own.DiscardAll(handles)
	o.src.Drop()
}
