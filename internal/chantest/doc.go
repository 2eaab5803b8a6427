// Package chantest has the properties that the tests of several channels check, each
// written once, and the tools that those tests share.
//
//	an operation gives way to other tasks:         chantest.RequireGivesWay
//	one task at a time waits with a receiver:      chantest.OneWaiter
//	a sender waits until it has no receivers:      chantest.TestClosed
//	what a report says of a wait:                  chantest.RequireWait
//	a plain goroutine that waits as a task does:   chantest.GoroutineTask
//	a sink of a sender, and the budget:            chantest.SinkHoldsOneValueInLine, …
//	sends, receives and polls with a given result: chantest.TrySend, chantest.Recv, …
//	random programs against a model:               chantest.RunPrograms
//	a send that wakes goroutines, for comparison:  chantest.BenchmarkGoroutines
//
// A test of a channel says how to make that channel, and calls the property:
//
//	func TestEveryOperationThatCanReturnAtOnceGivesWay(t *testing.T) {
//		chantest.RequireGivesWay(t, map[string]func(task *edo.Task){
//			"Recv of a value": func(task *edo.Task) { tx.Send(1); rx.Recv(task) },
//		})
//	}
//
// # When not to use it
//
// A property of one channel stays in the tests of that channel. What users of edo need
// to test their own futures is in package edotest.
package chantest
