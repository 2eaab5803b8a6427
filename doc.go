// Package edo runs tasks: units of work of about a hundred bytes, on a
// work-stealing scheduler, with every wait visible and every schedule
// replayable. It brings Tokio's task model to Go.
//
// A task drives one future to completion. A [Future] is a value that may not be
// ready yet; it is polled, and when it is not ready it keeps the [Waker] of the
// task, which costs nothing until it is woken. A [Stream] is a sequence of such
// values. Futures are written by hand, with the combinators of the packages
// future and stream, or in direct style: straight-line code that is given a
// [*Task] and suspends where it waits.
//
//	err := edo.Run(func(task *edo.Task) error {
//		for i := range 4 {
//			edo.Go(task, func(*edo.Task) error {
//				fmt.Println("Hello from task", i)
//				return nil
//			})
//		}
//		return nil // Run waits for all four
//	})
//
// Tasks that belong together are spawned in a scope ([WithScope]), which ends when they
// have, or in a [JoinSet], which gives their results as they end. [Select] waits for
// the first of several things, [Cancel] tokens reach down a tree of tasks, a [Local] is
// a value that goes with a task. [GoValue] is [Go] with a result, [Call] a blocking call
// of another library, [Daemon] a task that [Run] does not wait for, [OnEnd] what happens
// when a task ends. [Dump] says what all tasks wait for.
//
// # What it costs
//
// A stackless future ([Spawn]) is one allocation and whatever the future needs.
// Direct style ([Go], [Async]) borrows a coroutine, which has a stack of its own
// like a goroutine (2 to 3 KB), while its function runs.
//
// # Rules
//
// Spawn and the combinators own what they are given and drop it exactly once (see
// [Dropper]). [Await] borrows. A poll must not block: what blocks belongs into
// [Call] or [Blocking]. A [Context] must not outlive the poll it was made for.
//
// # When not to use it
//
// A few thousand goroutines that block in ordinary code, and work that keeps the
// processors busy, are better off as plain goroutines.
package edo
