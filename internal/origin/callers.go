package origin

import (
	"runtime"
	"strings"
	"sync"
)

// Here returns the place that is skip calls above the caller's. It takes some 300 ns.
func Here(skip int) (pc uintptr) {
	var pcs [1]uintptr
	runtime.Callers(2+skip, pcs[:])
	return pcs[0]
}

// Callers are some places, each the caller of the one before. They refer to no object of
// the program.
type Callers [12]uintptr

// Note notes the places from skip calls above the caller's on.
func (c *Callers) Note(skip int) { runtime.Callers(2+skip, c[:]) }

// Place returns the first of the places that is the program's, and not of edo or of
// package runtime, as the function [Place] does; "" when there is none.
func (c *Callers) Place() string {
	n := 0
	for n < len(c) && c[n] != 0 {
		n++
	}
	frames := runtime.CallersFrames(c[:n])
	for more := n != 0; more; {
		var f runtime.Frame
		if f, more = frames.Next(); f.File != "" && !isInternal(f.Function, f.File) {
			return Place(f)
		}
	}
	return ""
}

// isInternal reports whether a function, in a file, is of edo or of package runtime.
func isInternal(function, file string) bool {
	return strings.HasPrefix(function, "runtime.") || IsEdo(function, file)
}

// PlaceOfCaller returns the innermost place on the stack of the calling goroutine that is the
// program's, as [Callers.Place] does; "" when there is none. It takes a microsecond or two, and more when a call is seen for
// the first time.
func PlaceOfCaller() string {
	var pcs [16]uintptr
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		for _, pc := range pcs[:n] {
			if place := placesOfCalls.place(pc); place != "" {
				return place
			}
		}
		if n < len(pcs) {
			return ""
		}
	}
}

// calls are what is known of calls: there are as many as the program has.
type calls struct {
	mu     sync.Mutex
	places map[uintptr]string // "": the call is not the program's
}

var placesOfCalls calls

// place returns the place of a call that is the program's, and otherwise "".
func (c *calls) place(pc uintptr) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	place, isKnown := c.places[pc]
	if isKnown {
		return place
	}
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	if f.File != "" && !isInternal(f.Function, f.File) && !isLibrary(f.Function) {
		place = Place(f)
	}
	if c.places == nil {
		c.places = map[uintptr]string{}
	}
	c.places[pc] = place
	return place
}

// isLibrary reports whether a function is of a part of the standard library that runs coroutines.
func isLibrary(function string) bool {
	return strings.HasPrefix(function, "iter.") || strings.HasPrefix(function, "internal/")
}
