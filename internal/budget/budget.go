// Package budget charges the budget of a poll for loops over a source, a sink or a function
// of the user's. Each of these may be ready at once, and need not call
// [edo.Context.Proceed].
//
//	for {
//		turn := budget.Begin(cx)
//		if turn.GivesWay(cx) {
//			return edo.Pending // the task is behind the other runnable tasks already
//		}
//		v, p := poll(cx)
//		turn.End(cx)
//		…
//	}
//
// A turn takes one operation off the budget, unless the source has taken some itself. So a
// loop over a source that is always ready gives way after as many turns as a loop over a
// channel. A turn costs a nanosecond.
//
// # When not to use it
//
// A leaf calls Proceed, which also tells reports what it waits for. A future that waits for
// leaves only needs no budget of its own: the leaves take from the budget.
package budget

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// Turn is the rest of the budget at the beginning of a turn; below 0 when the turn before, in a
// simulation, has taken nothing off the budget: then whether this one goes on is a choice.
type Turn int

// Begin begins a turn.
func Begin(cx *edo.Context) Turn { return Turn((*sched.Context)(cx).Turn()) }

// GivesWay reports whether the turn may not take place, because the budget is used up. Then
// the task has been put behind the other runnable tasks, and the poll must return pending.
// An inspection always goes on, because it has to reach the leaves.
func (t Turn) GivesWay(cx *edo.Context) bool { return t <= 0 && yield(cx) }

// yield yields, unless the poll is an inspection.
//
//go:noinline
func yield(cx *edo.Context) (yielded bool) {
	in := (*sched.Context)(cx)
	if in.Inspecting() || in.TurnGoesOn() {
		return false
	}
	in.Yield()
	return true
}

// UsedUp reports whether the budget has been used up since the turn began. What the same poll polls next
// cannot go on then: a combinator of several sources begins its next poll with that one. Otherwise a source
// that uses up the budget in each poll, and gives nothing, would starve the others.
func (t Turn) UsedUp(cx *edo.Context) bool { return (*sched.Context)(cx).HasUsedUp(int(t)) }

// End ends a turn: it takes one operation off the budget if none was taken.
func (t Turn) End(cx *edo.Context) {
	if in := (*sched.Context)(cx); in.Budget() == max(int(t), -int(t)) && !in.TakeBudget() {
		in.OweTurn()
	}
}
