// Package fan tells a future that polls several others in one task which of them
// were woken.
//
// A task has one waker. A future that waits for ten thousand others and hands them
// all that waker must, when it is woken, poll all of them to find the one that has
// moved. So each of its children gets a waker of its own: a [Child] is an external
// task of the scheduler ([sched.Context.Branch]), which is polled by its [Set] and,
// when it is woken, puts itself on the list of those to be polled, and wakes the task
// that polls the set.
//
//	type join struct {
//		set     fan.Set
//		members []member // each with a fan.Child and a future inside
//	}
//
//	j.set.Init(j, len(j.members))
//	…
//	over := j.set.Poll(cx) // calls j.PollChild for those that were woken
//
// The futures are the owner's: it polls them, drops them, and keeps what they give.
// A set only says whose turn it is. It may be polled inside a child of another set:
// then that child is what it wakes.
//
// # Cost
//
// A child is 64 bytes. A wake is two compare-and-swaps more than that of a task, and
// a poll takes time in proportion to the children that were woken. Nothing is
// allocated.
//
// # When not to use it
//
// A future of two or three others that are polled by other means in between (those of
// edo.Select are) polls them all: a child whose future was polled by other means meanwhile
// is not woken.
package fan
