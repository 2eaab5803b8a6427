package own

import (
	"reflect"

	"github.com/edo-go/edo"
)

// Discard drops v when it is an [edo.Dropper] and not a nil pointer, and what is in v
// when it is a slice: what Join or Collect have made is not lost when nobody gets it.
// Other than [edo.Drop] it does not allocate for the values of types that are no
// Droppers, such as int.
func Discard[T any](v T) {
	var zero T
	switch any(zero).(type) {
	case nil, edo.Dropper: // nil: T is an interface, and v may have anything in it
		discard(reflect.ValueOf(v), depth)
	default:
		if hasDroppers(reflect.TypeOf((*T)(nil)).Elem()) {
			discard(reflect.ValueOf(v), depth)
		}
	}
}

// DiscardAll discards the values in their order, each of them also when the Drop of
// another panics.
func DiscardAll[T any](values []T) {
	done := 0
	defer func() {
		if done < len(values) {
			DiscardAll(values[done:])
		}
	}()
	for _, v := range values {
		done++
		Discard(v)
	}
}

// depth is how many slices within slices are looked into: a slice may contain itself.
const depth = 4

var dropper = reflect.TypeFor[edo.Dropper]()

// hasDroppers says whether t is a slice, or a slice of slices, of what may be Droppers.
func hasDroppers(t reflect.Type) bool {
	for range depth {
		if t.Kind() != reflect.Slice {
			return false
		}
		t = t.Elem()
		if t.Kind() == reflect.Interface || t.Implements(dropper) {
			return true
		}
	}
	return false
}

// discard drops v, or what is in it, down to so many slices within slices.
func discard(v reflect.Value, down int) {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return
	}
	if d, ok := v.Interface().(edo.Dropper); ok {
		d.Drop()
	} else if down > 0 && hasDroppers(v.Type()) {
		discardEach(v, down-1)
	}
}

// discardEach is [DiscardAll] of the elements of the slice v.
func discardEach(v reflect.Value, down int) {
	done := 0
	defer func() {
		if done < v.Len() {
			discardEach(v.Slice(done, v.Len()), down)
		}
	}()
	for done < v.Len() {
		done++
		discard(v.Index(done-1), down)
	}
}
