package discard

import (
	"reflect"
	"unsafe"
)

// Dropper is edo.Dropper: package edo imports this one.
type Dropper interface{ Drop() }

// Drop drops v when it is a [Dropper] and not a nil pointer. It does not look for handles
// in v.
func Drop(v any) {
	if d, ok := v.(Dropper); ok && !isNilPointer(reflect.ValueOf(v)) {
		d.Drop()
	}
}

func isNilPointer(v reflect.Value) bool { return v.Kind() == reflect.Pointer && v.IsNil() }

// Value drops v when it is a [Dropper] and not a nil pointer, and otherwise the things
// that it holds, as the package says. Each is dropped, also when the Drop of another
// panics.
func Value[T any](v T) {
	var zero T
	switch any(zero).(type) {
	case Dropper:
		Drop(v)
	case nil: // T is an interface, and v may be of any type
		dropAll(collect(nil, reflect.ValueOf(v), maxDepth))
	default:
		if p := planOf(reflect.TypeFor[T]()); p != nil {
			held := v // v itself stays on the stack
			dropAll(p.collect(nil, unsafe.Pointer(&held), maxDepth))
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

// collect appends the droppers of v, a value whose type is known only now. depth is how many
// slices within slices it may enter.
func collect(all []Dropper, v reflect.Value, depth int) []Dropper {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() || isNilPointer(v) {
		return all
	}
	p := planOf(v.Type())
	if p == nil {
		return all
	}
	held := reflect.New(v.Type())
	held.Elem().Set(v)
	return p.collect(all, held.UnsafePointer(), depth)
}
