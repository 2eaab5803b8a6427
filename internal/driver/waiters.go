package driver

import (
	"slices"

	"github.com/edo-go/edo/internal/sched"
)

// Waiters are the tasks that wait for the same thing, the one that has waited longest
// first. Every driver keeps its waiters in this type, under a lock of its own.
type Waiters []*sched.Task

// Add appends t. A task that waits already keeps its position. Before the list grows it loses the
// tasks that have ended: those that gave up waiting need not say so.
func (w *Waiters) Add(t *sched.Task) {
	if slices.Contains(*w, t) {
		return
	}
	if len(*w) == cap(*w) {
		*w = slices.DeleteFunc(*w, (*sched.Task).HasEnded)
	}
	*w = append(*w, t)
}

// Remove removes t and reports whether it waited.
func (w *Waiters) Remove(t *sched.Task) bool {
	i := slices.Index(*w, t)
	if i < 0 {
		return false
	}
	*w = slices.Delete(*w, i, i+1)
	if len(*w) == 0 {
		*w = nil // an empty list keeps no memory
	}
	return true
}

// Contains reports whether t waits.
func (w Waiters) Contains(t *sched.Task) bool { return slices.Contains(w, t) }

// RemoveFirst removes the task that has waited longest and returns it, or nil.
func (w *Waiters) RemoveFirst() *sched.Task {
	if len(*w) == 0 {
		return nil
	}
	t := (*w)[0]
	w.Remove(t)
	return t
}

// RemoveAll removes all tasks and returns them.
func (w *Waiters) RemoveAll() Waiters {
	all := *w
	*w = nil
	return all
}

// Wake wakes the tasks, which are in no list any more: a task that is woken may wait
// again at once.
func (w Waiters) Wake() {
	for _, t := range w {
		t.Wake()
	}
}
