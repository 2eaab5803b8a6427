// Package edotest helps to test futures and streams poll by poll.
//
// A [Task] is a mock task: the test polls with it, and it counts the wakes. So a test states
// exactly what must happen, and what must not:
//
//	task := edotest.NewTask()
//	_, p, _ := edotest.Poll(task, rx) // Pending
//	tx.Send(1)
//	task.Wakes() // 1
//	v, p, _ := edotest.Poll(task, rx) // 1, Ready
//
// [Waits] returns the reasons that a report would give why the task waits.
//
// RequirePending, RequireReady and the like poll once and fail the test if the outcome is
// another one. A [Script] replaces a connection: it states what is read, what must be written
// and when to wait, and checks at the end that all of it has happened.
//
// It costs nothing to a program: only tests import it. For a test that needs time or a
// network, use package sim.
package edotest
