package own

import (
	"reflect"

	"github.com/edo-go/edo"
)

// Value holds a value until somebody takes it.
type Value[T any] struct {
	v    T
	held bool
}

// HoldValue returns a slot with v in it.
func HoldValue[T any](v T) Value[T] { return Value[T]{v, true} }

// Put puts v into the slot, which must be empty.
func (o *Value[T]) Put(v T) { o.v, o.held = v, true }

// Held says whether there is a value in the slot.
func (o *Value[T]) Held() bool { return o.held }

// Take hands over the value, and leaves the slot empty.
func (o *Value[T]) Take() T {
	var zero T
	v := o.v
	o.v, o.held = zero, false
	return v
}

// Drop drops what the slot holds.
func (o *Value[T]) Drop() {
	if o.held {
		Discard(o.Take())
	}
}

// Discard drops v when it is an [edo.Dropper] and not a nil pointer. Other than
// [edo.Drop] it does not allocate for the values of types that are none, such as
// int.
func Discard[T any](v T) {
	var zero T
	switch any(zero).(type) {
	case nil, edo.Dropper: // nil: T is an interface, and v may have anything in it
		if r := reflect.ValueOf(v); r.Kind() != reflect.Pointer || !r.IsNil() {
			edo.Drop(v)
		}
	}
}
