// Bank moves money between accounts, and loses some.
//
//	go run ./examples/bank
//
// # The bug
//
// A transfer reads the two balances, asks the auditor, and then writes the balances that it has
// computed. Tasks of edo do not run at the same time on one worker, so that nothing can come between
// two statements. But to ask the auditor is to wait, and then other transfers run: the balances that
// were read are old when they are written. Read, wait, write is a race on one processor too, and the
// race detector does not see it, because no two goroutines touch the balances at once.
//
// A test with one order of tasks passes. sim.Always looks at the sum between any two polls, and the
// seed chooses the order: a handful of seeds find it, and the error names the transfer after which
// the money was gone.
//
// # The fix
//
// A transfer holds a mutex from the read to the write: lock.Mutex, which suspends the task and not a
// thread. To read after the wait would do as well.
package main
