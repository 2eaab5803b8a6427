// Package fan records which of the futures that one future polls have been woken.
//
// A task has one waker. A future that waits for ten thousand others, and gives that
// waker to all of them, must poll them all after each wake to find the one that was
// woken. So package fan gives each of them a waker of its own: a [Child] is an external
// task of the scheduler ([sched.Context.Branch]). Its [Set] polls it. A woken child puts
// itself on a list of the set, and wakes the task that polls the set.
//
//	type join struct {
//		set     fan.Set
//		members []member // each with a fan.Child and a future inside
//	}
//
//	j.set.Init(j, len(j.members))
//	…
//	over := j.set.Poll(cx) // calls j.PollChild for the woken children
//
// The futures belong to the owner of the set, here the join: the owner polls them, drops
// them, and keeps their results. The set only decides which child is polled next. A set may
// be polled inside a child of another set; its children then wake that child.
//
// # Cost
//
// A child is 64 bytes. A wake is two compare-and-swaps more than that of a task, and
// a poll takes time in proportion to the number of woken children. Neither allocates.
//
// # When not to use it
//
// A future of two or three others that are also polled outside of it, as those of selector.Select
// are, should poll them all: a future wakes only the waker of its last poll, so its child is
// not woken after a poll outside of the set.
package fan
