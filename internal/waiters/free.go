package waiters

// maxFree is how many waiters a [Free] keeps. The collector takes the others.
const maxFree = 1024

// Free is a stack of waiters that no task uses. The zero Free is empty.
type Free[W any] struct {
	top *W
	n   int
}

// First returns the waiter that Pop would take, or nil. [Next] goes on from it.
func (f *Free[W]) First() *W { return f.top }

// Pop takes the waiter out that came last, or returns nil. It is as it was pushed.
func (f *Free[W]) Pop() *W {
	w := f.top
	if w != nil {
		n := nodeOf(w)
		f.top, n.next = n.next, nil
		f.n--
	}
	return w
}

// Push keeps w, which is in no list and refers to nothing that it should not keep alive.
// It lets w go when f is full.
func (f *Free[W]) Push(w *W) {
	if f.n == maxFree {
		return
	}
	nodeOf(w).next = f.top
	f.top = w
	f.n++
}
