package own

import "github.com/edo-go/edo"

// Future holds a future until it is ready.
type Future[T any] struct{ f edo.Future[T] }

// HoldFuture returns a slot with f in it. A nil f leaves it empty.
func HoldFuture[T any](f edo.Future[T]) Future[T] { return Future[T]{f} }

// Hold puts f into the slot, which must be empty. A nil f leaves it so.
func (o *Future[T]) Hold(f edo.Future[T]) { o.f = f }

// Held says whether there is a future in the slot.
func (o *Future[T]) Held() bool { return o.f != nil }

// Poll polls the future, and drops it as soon as it is ready. [edo.End] says that
// the slot is empty: there is nothing to poll, or no longer.
func (o *Future[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if o.f == nil {
		return v, edo.End, nil
	}
	v, p, err = o.f.Poll(cx)
	if p != edo.Pending {
		o.Drop()
	}
	return v, p, err
}

// Drop drops what the slot holds.
func (o *Future[T]) Drop() {
	if f := o.f; f != nil {
		o.f = nil
		edo.Drop(f)
	}
}
