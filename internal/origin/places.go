package origin

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
)

// Places counts the open handles by the places where they were made. It does not refer to
// the handles: so the collector can find those that are unreachable. A program makes its
// handles at a few places, and the list is as long as their number. So a channel can copy
// the list under its lock, and a report puts the copy in words without the lock: this takes
// a microsecond for each place.
type Places []placeCount

type placeCount struct {
	pc uintptr
	n  int
}

// Add counts one more handle that was made at pc.
func (p *Places) Add(pc uintptr) {
	for i := range *p {
		if (*p)[i].pc == pc {
			(*p)[i].n++
			return
		}
	}
	*p = append(*p, placeCount{pc, 1})
}

// Remove counts one handle less that was made at pc.
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
	for _, c := range p {
		n += c.n
	}
	return n
}

// Describe returns a line of text for each place, with how many handles were made there,
// the most first; what is the name of a handle. A place that was inlined has several
// program counters, and one line.
func (p Places) Describe(what string) (lines []string) {
	counts := map[string]int{}
	for _, c := range p {
		f := Frame(c.pc)
		counts[fmt.Sprintf("%s (func %s)", Place(f), path.Base(f.Function))] += c.n
	}
	for _, text := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	}) {
		lines = append(lines, Count(counts[text], what)+" made at "+text)
	}
	return lines
}

// Count returns n and the name of the things, in the plural unless n is 1: "a sender",
// "2 senders".
func Count(n int, what string) string {
	if n == 1 {
		return "a " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
