package discard

import "reflect"

// OneOwner marks the handles with one owner: they are structs with a Drop, and have a blank
// field of this type, which no documentation shows.
//
//	type Permit[T any] struct {
//		_ discard.OneOwner
//		…
//	}
//
// The field goes first: at the end of a struct a field without a size makes it larger.
type OneOwner struct{}

var mark = reflect.TypeFor[OneOwner]()

// isHandle reports whether t is a [Dropper] with the mark.
func isHandle(t reflect.Type) bool { return t.Implements(dropper) && hasMark(t, maxDepth) }

// hasMark reports whether the struct that t is, or points to, has the mark, or embeds a
// struct that has it. depth is how many structs within structs it may enter.
func hasMark(t reflect.Type, depth int) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || depth == 0 {
		return false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == mark || f.Anonymous && hasMark(f.Type, depth-1) {
			return true
		}
	}
	return false
}
