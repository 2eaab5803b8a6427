// Package held describes which tasks can end a wait. The primitives of edo fill it in;
// package survey reads it, to name the holder of a lock and to find tasks that wait for each
// other. It is plain data.
package held

// Slot holds the [Held] of a wait. Package report embeds it in its Wait: the methods are
// promoted, the field is hidden.
type Slot struct{ held *Held }

// SetHeld sets what the wait knows of the tasks that can end it; nil: nothing.
func (s *Slot) SetHeld(h *Held) { s.held = h }

// Held returns what the wait knows of the tasks that can end it, or nil.
func (s Slot) Held() *Held { return s.held }

// Held says which tasks can end a wait, and so whether it can end at all. A wait without a
// Held counts as one that can end.
type Held struct {
	// Of refers to what is waited for, if several tasks can wait for the same object.
	Of Ref
	// By are the tasks that can end the wait.
	By []Holder
	// Every says that all tasks of By must go on before the wait ends, as all readers must
	// before a writer. Otherwise one of them is enough.
	Every bool
	// More says that further tasks, which are not in By, can end the wait.
	More bool
	// As says where a report puts the names of the tasks.
	As As

	// About refers to what is waited for where Of does not, and Last is a task that may end the
	// wait, as the receiver of a full channel may: the one that did so last. They are for a
	// console alone: no report names them, and no wait is stuck because of them.
	About Ref
	Last  Ref
}

// Object returns what is waited for, or the zero Ref.
func (h *Held) Object() Ref {
	switch {
	case h == nil:
		return Ref{}
	case h.Of != Ref{}:
		return h.Of
	}
	return h.About
}

// As says where a report puts the names of the tasks of a [Held] in a wait.
type As uint8

const (
	Named  As = iota // nowhere: Wait.By names them already
	From             // behind those in Wait.By
	HeldBy           // in Wait.HeldBy
)

// Holder is a task that can end a wait.
type Holder struct {
	Task Ref     // a *sched.Task that a worker polls: no branch of a task
	At   uintptr // the place where the task took what it holds, see package origin; 0: not known
}

// Ref is a pointer of any type. Two Refs are equal if they refer to the same object. The zero
// Ref refers to none. A Ref keeps its object in memory.
type Ref struct{ to any }

// RefTo returns the Ref to what p points to, or the zero Ref for nil.
func RefTo[T any](p *T) Ref {
	if p == nil {
		return Ref{}
	}
	return Ref{p}
}

// To returns the pointer that the Ref was made of, or nil.
func (r Ref) To() any { return r.to }
