// Package edotest helps to test futures and streams poll by poll.
//
// A [Task] is a mock task: it polls what it is told to, when it is told to, and
// counts the wakes. So a test says exactly what must happen, and as often what
// must not:
//
//	task := edotest.NewTask()
//	_, p, _ := edotest.Poll(task, rx) // Pending
//	tx.Send(1)
//	task.Wakes() // 1
//	v, p, _ := edotest.Poll(task, rx) // 1, Ready
//
// [Waits] says what a report would say that the task waits for.
//
// RequirePending, RequireReady and the like say the same with a test's failure. A
// [Script] stands for a connection: it says what is read, what must be written and
// when to wait, and checks at the end that all of it happened.
//
// It costs nothing to a program: only tests import it. What needs time or a network
// belongs into package sim.
package edotest
