package origin

import "reflect"

// A Short is a place in four bytes: the distance of its program counter from a function of
// this package. 0 is no place.
type Short int32

var base = reflect.ValueOf(Here).Pointer()

// Shorten returns a place as a Short. It returns 0 for one that is too far away: in a
// plugin.
func Shorten(pc uintptr) Short {
	distance := int64(pc) - int64(base)
	if pc == 0 || distance != int64(int32(distance)) {
		return 0
	}
	return Short(distance)
}

// PC returns the program counter of s, and 0 of no place.
func (s Short) PC() uintptr {
	if s == 0 {
		return 0
	}
	return uintptr(int64(base) + int64(s))
}
