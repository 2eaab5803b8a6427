package edo

import "reflect"

// A MapRange is a range over a map in a compiled function whose body waits: it keeps the place in the map
// between the turns. What Go says of a range holds: the map may change meanwhile, an entry that was
// deleted does not come, and one that was added may. K and V are the types of the variables; what the
// map has is assignable to them. Programs do not use it: see docs/stackless.md.
type MapRange[K, V any] struct {
	at reflect.MapIter

	// Where reflect writes an entry, empty otherwise. A variable of Key would be an allocation each turn.
	key   K
	value V
}

// RangeMap begins a range over m, a map, which may be nil. It costs one allocation.
func RangeMap[K, V any](m any) *MapRange[K, V] {
	r := new(MapRange[K, V])
	r.at.Reset(reflect.ValueOf(m))
	return r
}

// Next goes to the next entry, and reports whether there is one. It is not called again after the last.
func (r *MapRange[K, V]) Next() bool { return r.at.Next() }

// Key returns the key of the entry.
func (r *MapRange[K, V]) Key() K {
	reflect.ValueOf(&r.key).Elem().SetIterKey(&r.at)
	k := r.key
	r.key = *new(K)
	return k
}

// Value returns the value of the entry. The map has not changed since Next.
func (r *MapRange[K, V]) Value() V {
	reflect.ValueOf(&r.value).Elem().SetIterValue(&r.at)
	v := r.value
	r.value = *new(V)
	return v
}
