// Package budget makes operations take from the budget of their poll that ask something
// else: a source, a sink or a function of the user's, which may be ready at once and need
// not have asked [edo.Context.Proceed].
//
//	for {
//		turn := budget.Begin(cx)
//		if turn.GivesWay(cx) {
//			return edo.Pending // the task is behind the others already
//		}
//		v, p := ask(cx)
//		turn.End(cx)
//		…
//	}
//
// A turn takes one operation, unless what was asked has taken some itself. So a loop
// over what is always ready gives way after as many turns as a loop over a channel.
//
// It costs a nanosecond for each turn.
//
// # When not to use it
//
// A leaf calls Proceed, which also tells reports what it waits for. What waits for leaves
// alone need do nothing: they take from the budget.
package budget

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
)

// Turn is what was left of the budget when a turn began.
type Turn int

// Begin begins a turn.
func Begin(cx *edo.Context) Turn { return Turn(cx.Internal(internal.Key{}).Budget()) }

// GivesWay says whether the turn may not take place: the budget is used up, the task has
// been put behind the others, and the poll returns pending. An inspection always goes on:
// it is there to come to the leaves.
func (t Turn) GivesWay(cx *edo.Context) bool { return t <= 0 && yields(cx) }

//go:noinline
func yields(cx *edo.Context) bool {
	in := cx.Internal(internal.Key{})
	if in.Inspecting() {
		return false
	}
	in.Yield()
	return true
}

// End ends a turn: it takes one operation off the budget if nothing has.
func (t Turn) End(cx *edo.Context) {
	if in := cx.Internal(internal.Key{}); in.Budget() == int(t) {
		in.Take()
	}
}
