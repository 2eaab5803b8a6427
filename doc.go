// Package edo runs tasks: units of work of about a hundred bytes, on a
// work-stealing scheduler, with every wait visible and every schedule
// replayable. It brings Tokio's task model to Go.
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
// A task drives one [Future] to completion. A future that is polled and not ready keeps
// the [Waker] of the task, which costs nothing until it is woken. Futures are written by
// hand, with the combinators of packages future and stream, or in direct style:
// straight-line code that is given a [*Task] and suspends where it waits. [GoValue] is
// [Go] with a result; [Call] is a blocking call of another library.
//
// What is built on tasks has packages of its own: groups of tasks are in scope and joinset,
// tokens that cancel tasks in cancel, the first of several things in selector; beside them
// are the channels (oneshot, mpsc, mpmc, broadcast, watch), lock, timer, socket, aio, codec.
//
// # Rules
//
// [Spawn] and the combinators own what they are given and drop it exactly once (see
// [Dropper]). [Await] borrows. A poll must not block: what blocks belongs in [Call] or
// [Blocking]. A [Context] must not outlive its poll.
//
// # When not to use it
//
// Direct style borrows a coroutine, whose stack is that of a goroutine (2 to 3 KB). A few
// thousand goroutines that block in ordinary code, and work that keeps the processors
// busy, are better off as plain goroutines.
package edo
