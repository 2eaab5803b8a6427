// Package origin remembers where in the program handles were made, so that a report can
// say who may still send.
package origin

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"runtime"
	"slices"
)

// Here returns the place that is skip calls above the caller's. It takes some 300 ns.
func Here(skip int) (pc uintptr) {
	var pcs [1]uintptr
	runtime.Callers(2+skip, pcs[:])
	return pcs[0]
}

// Frame returns what is known of a place.
func Frame(pc uintptr) runtime.Frame {
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return f
}

// Places are the places where the handles that are open were made, each with how many
// there are. They do not refer to the handles: the collector may find those that nobody
// has any more. A program makes its handles at a few places; the list is as long as
// these are many, not the handles. So whoever guards it can copy it for a report, which
// is then put in words without the lock: that takes a microsecond for each place.
type Places []place

type place struct {
	pc uintptr
	n  int
}

// Add counts one more that was made at pc.
func (p *Places) Add(pc uintptr) {
	for i := range *p {
		if (*p)[i].pc == pc {
			(*p)[i].n++
			return
		}
	}
	*p = append(*p, place{pc, 1})
}

// Remove counts one less.
func (p *Places) Remove(pc uintptr) {
	for i := range *p {
		if (*p)[i].pc != pc {
			continue
		}
		if (*p)[i].n--; (*p)[i].n == 0 {
			last := len(*p) - 1
			(*p)[i] = (*p)[last]
			*p = (*p)[:last]
		}
		return
	}
}

// Clone returns a copy.
func (p Places) Clone() Places { return slices.Clone(p) }

// Total returns how many handles are counted.
func (p Places) Total() (n int) {
	for _, at := range p {
		n += at.n
	}
	return n
}

// Describe says in words how many of what were made where, the most first. A place that
// was inlined is several in the program, and one in its text.
func (p Places) Describe(what string) (lines []string) {
	at := map[string]int{}
	for _, o := range p {
		f := Frame(o.pc)
		at[fmt.Sprintf("%s (func %s)", Place(f), path.Base(f.Function))] += o.n
	}
	for _, text := range slices.SortedFunc(maps.Keys(at), func(a, b string) int {
		return cmp.Or(cmp.Compare(at[b], at[a]), cmp.Compare(a, b))
	}) {
		lines = append(lines, Count(at[text], what)+" made at "+text)
	}
	return lines
}

// Count says how many of what there are.
func Count(n int, what string) string {
	if n == 1 {
		return "a " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
