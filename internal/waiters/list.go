package waiters

import (
	"reflect"
	"unsafe"

	"github.com/edo-go/edo/internal/invariant"
)

// Node links a waiter of type W to its neighbours. It is the first field of W, without a name:
// only this package uses it. A waiter is in one [List] or one [Free] at a time, or in none: then its node is zero.
type Node[W any] struct{ next, prev *W }

// nodeOf returns the node of w, which lies at its beginning.
func nodeOf[W any](w *W) *Node[W] { return (*Node[W])(unsafe.Pointer(w)) }

// checkLayout panics unless the first field of W is its node. It is for builds that check
// invariants.
func checkLayout[W any]() {
	t := reflect.TypeFor[W]()
	invariant.Check(t.Kind() == reflect.Struct && t.NumField() > 0 && t.Field(0).Type == reflect.TypeFor[Node[W]](),
		"waiters: the first field of "+t.String()+" is not its Node")
}

// List is a queue of waiters, the longest-waiting first. The zero List is empty.
type List[W any] struct{ first, last *W }

// First returns the waiter that has waited longest, or nil.
func (l *List[W]) First() *W { return l.first }

// Last returns the waiter that came last, or nil.
func (l *List[W]) Last() *W { return l.last }

// Empty reports whether no waiter is in l.
func (l *List[W]) Empty() bool { return l.first == nil }

// Next returns the waiter behind w, which is in a list or a [Free], or nil.
func Next[W any](w *W) *W { return nodeOf(w).next }

// Prev returns the waiter before w, which is in a list, or nil.
func Prev[W any](w *W) *W { return nodeOf(w).prev }

// PushBack puts w, which is in no list, at the end of l.
func (l *List[W]) PushBack(w *W) {
	if invariant.Enabled {
		checkLayout[W]()
	}
	n := nodeOf(w)
	n.prev, n.next = l.last, nil
	if l.last == nil {
		l.first = w
	} else {
		nodeOf(l.last).next = w
	}
	l.last = w
}

// Remove takes w, which is in l, out of it.
func (l *List[W]) Remove(w *W) {
	n := nodeOf(w)
	if n.prev == nil {
		l.first = n.next
	} else {
		nodeOf(n.prev).next = n.next
	}
	if n.next == nil {
		l.last = n.prev
	} else {
		nodeOf(n.next).prev = n.prev
	}
	n.next, n.prev = nil, nil
}

// CountBefore returns how many waiters are before w, which is in a list, but not more
// than limit: so a report of a long line does not keep its lock for long.
func CountBefore[W any](w *W, limit int) int {
	n := 0
	for w = Prev(w); w != nil && n < limit; w = Prev(w) {
		n++
	}
	return n
}
