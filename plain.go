package edo

import (
	"reflect"
	"sync/atomic"
	"unsafe"
)

// isPlain says whether values of type T are the alone property of who has them: that
// nothing in them is for several goroutines at a time. A timer is: a wheel looks at it
// after it was stopped. It takes some nanoseconds.
func isPlain[T any]() bool {
	var of any = (*T)(nil)
	t := *(*uintptr)(unsafe.Pointer(&of)) // the address of the type *T, as a number
	slot := &plainness[t/64%uintptr(len(plainness))]
	k := slot.Load()
	if k == nil || k.of != t {
		k = &knownType{of: t, plain: !shares(reflect.TypeFor[T]())}
		slot.Store(k)
	}
	return k.plain
}

// knownType is a type that has been looked at.
type knownType struct {
	of    uintptr
	plain bool
}

// plainness remembers the types that were asked for last, each in the one place where it
// is looked for.
var plainness [256]atomic.Pointer[knownType]

// shares says whether a value of t has in itself something of package sync, or atomic.
func shares(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		if p := t.PkgPath(); p == "sync" || p == "sync/atomic" || p == "internal/sync" {
			return true
		}
		for i := range t.NumField() {
			if shares(t.Field(i).Type) {
				return true
			}
		}
	case reflect.Array:
		return t.Len() != 0 && shares(t.Elem())
	}
	return false
}
