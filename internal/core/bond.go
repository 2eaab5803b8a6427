package core

import (
	"reflect"

	places "github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/sched"
)

// A Bond is what one task has from a feature that is built on tasks: a scope waits for it, a
// set joins it, a token cancels it. A bond embeds a [Link].
//
//	called                       when
//	Tie       by the spawner     the task is about to be spawned
//	Failed    by its worker      the task has failed, and its handle has not resolved
//	Untie     by its worker      the handle has resolved; last of all
//
// The bonds of a task are tied in the order in which they were added, and untied in that
// order: those of options first, that of the spawning scope last, because all is over when
// the scope has been told.
type Bond interface {
	// Tie makes the feature know t, which rt is about to run. The error refuses the spawn.
	Tie(t *sched.Task, rt *Runtime) error
	// Failed tells of the error that t has ended with, and says what becomes of it.
	Failed(t *sched.Task, err error) Claim
	// Untie tells that t has ended. It is called once, also when the spawn was refused and
	// Tie was not called.
	Untie(t *sched.Task)

	link() *Link
}

// Link is embedded in a [Bond].
type Link struct {
	next     Bond
	isUntied bool
}

//lint:ignore U1000 of Bond, for types of other packages that embed a Link
func (l *Link) link() *Link { return l }

// A Claim says what becomes of the error of a task.
type Claim uint8

const (
	Unclaimed Claim = iota // the next bond is asked; without any, Run returns the error unless a task joins it
	Joinable               // the error stays in the handle, which a task will join
	Taken                  // the feature reports the error
)

// A Group makes bonds: a scope does, for each task that is spawned in it.
type Group interface{ NewBond() Bond }

// Placed is a [Group] whose tasks are spawned for a place of the program that is not on the stack then:
// a supervisor starts a child again long after that was given to it.
type Placed interface{ SpawnedAt() places.Callers }

// Inherited is a [Bond] that tasks have as well which its task spawns.
type Inherited interface {
	Bond
	Group
	// Enclosure returns the function whose section the bond belongs to, and the section.
	Enclosure() (*Task, *Region)
}

// AddBond adds b to what the task has. Of two of the same type the last one counts.
func (x *Extra) AddBond(b Bond) {
	at := &x.bonds
	for *at != nil {
		if reflect.TypeOf(*at) == reflect.TypeOf(b) {
			b.link().next = (*at).link().next
			*at = b
			return
		}
		at = &(*at).link().next
	}
	*at = b
}

// inherited returns the bond of the task that its children have too, or nil. x may be nil.
func (x *Extra) inherited() Inherited {
	if x == nil {
		return nil
	}
	for b := x.bonds; b != nil; b = b.link().next {
		if i, ok := b.(Inherited); ok {
			return i
		}
	}
	return nil
}

// tie ties the bonds of t, in order.
func (x *Extra) tie(t *sched.Task, rt *Runtime) error {
	for b := x.bonds; b != nil; b = b.link().next {
		if err := b.Tie(t, rt); err != nil {
			return err
		}
	}
	return nil
}

// claim asks the bonds, in order, which one the error of t belongs to.
func (x *Extra) claim(t *sched.Task, err error) Claim {
	for b := x.bonds; b != nil; b = b.link().next {
		if c := b.Failed(t, err); c != Unclaimed {
			return c
		}
	}
	return Unclaimed
}

// untie unties the bonds of t, which has ended. Each is untied once, also when another one
// panics and untie is called again.
func (x *Extra) untie(t *sched.Task) {
	for b := x.bonds; b != nil; b = b.link().next {
		if l := b.link(); !l.isUntied {
			l.isUntied = true
			b.Untie(t)
		}
	}
}
