package driver

import (
	"slices"

	"github.com/edo-go/edo/internal/sched"
)

// Waiters are tasks that wait for the same thing, longest first, for drivers that guard
// them with a lock of their own.
type Waiters []*sched.Task

// Add keeps t; a task that waits already keeps its place.
func (w *Waiters) Add(t *sched.Task) {
	if !slices.Contains(*w, t) {
		*w = append(*w, t)
	}
}

// Remove lets go of t, and says whether it waited.
func (w *Waiters) Remove(t *sched.Task) bool {
	i := slices.Index(*w, t)
	if i < 0 {
		return false
	}
	*w = slices.Delete(*w, i, i+1)
	if len(*w) == 0 {
		*w = nil
	}
	return true
}

// Has says whether t waits.
func (w Waiters) Has(t *sched.Task) bool { return slices.Contains(w, t) }

// Take returns all, and forgets them.
func (w *Waiters) Take() Waiters {
	all := *w
	*w = nil
	return all
}

// Wake wakes all. They must have been taken: a wake may come back.
func (w Waiters) Wake() {
	for _, t := range w {
		t.Wake()
	}
}
