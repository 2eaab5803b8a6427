package discard

import (
	"reflect"
	"unsafe"
)

// Dropper is edo.Dropper: package edo imports this one.
type Dropper interface{ Drop() }

// Value drops v when it is a [Dropper] and not a nil pointer, and otherwise what it
// holds, as the package says. Every one is dropped, also when the Drop of another
// panics.
func Value[T any](v T) {
	var zero T
	switch any(zero).(type) {
	case Dropper:
		if r := reflect.ValueOf(v); r.Kind() != reflect.Pointer || !r.IsNil() {
			any(v).(Dropper).Drop()
		}
	case nil: // T is an interface, and v may have anything in it
		dropAll(collect(nil, reflect.ValueOf(v), depth))
	default:
		if p := planOf(reflect.TypeFor[T]()); p != nil {
			held := v // v itself stays on the stack
			dropAll(p.collect(nil, unsafe.Pointer(&held), depth))
		}
	}
}

// All discards the values in their order, each of them also when the Drop of another
// panics.
func All[T any](values []T) {
	done := 0
	defer func() {
		if done < len(values) {
			All(values[done:])
		}
	}()
	for _, v := range values {
		done++
		Value(v)
	}
}

// dropAll drops all in their order, each also when the Drop of another panics.
func dropAll(all []Dropper) {
	for len(all) > 0 {
		d := all[0]
		all = all[1:]
		func() {
			defer func() {
				if d != nil {
					dropAll(all)
				}
			}()
			d.Drop()
			d = nil
		}()
	}
}

// collect appends what is to be dropped of v, a value whose type is known only now, down
// to so many slices within slices.
func collect(all []Dropper, v reflect.Value, down int) []Dropper {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return all
	}
	p := planOf(v.Type())
	if p == nil {
		return all
	}
	held := reflect.New(v.Type())
	held.Elem().Set(v)
	return p.collect(all, held.UnsafePointer(), down)
}
