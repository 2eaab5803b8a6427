// Package future builds futures out of futures.
//
// A future ([edo.Future]) is a value that may not be ready yet. The functions of this
// package take futures and return a [Fut], which is a future again: [Map] changes the
// value; [AndThen], [Then] and [Flatten] continue with another future, [Loop] and [Retry] with
// one after the other; [Lazy], [Ready], [Fail] and [PollFn] begin a chain. An operation that
// keeps the type of the value is a method of Fut ([Fut.OrElse], [Fut.MapErr], [Fut.Inspect],
// [Fut.CatchPanic], [Fut.Fuse]); [Of] makes a Fut of any future.
//
//	reply := future.AndThen(dial(addr), func(c *client) edo.Future[string] {
//		return c.ask("time")
//	})
//	edo.Spawn(task, future.Map(reply, strings.ToUpper))
//
// Several futures can run at the same time in one task: [Join] waits for all of them,
// [TryJoin] fails at the first error, [Race] is ready with the first that is ready, [FirstOK]
// with the first that succeeds. [Select] and [SelectAll] are as Race, and hand back the losers.
// [Join2], [Join3], [TryJoin2], [TryJoin3] and Select are for futures of different types. In
// direct style these are [JoinTask], [TryJoinTask] and [RaceTask], for functions that each have a Task to
// wait with.
//
//	all := future.TryJoin(ask("paris"), ask("tokyo"), ask("lima")) // of []string
//
// Each of several futures is polled only after it was woken itself. Where only one waiter is
// allowed, such as at a receiver, two of them must not wait: the second gets an
// [*edo.BusyError], which says what to use instead.
//
// [Timeout] fails when a future is not ready in time. [Share] gives the result of one future
// to many tasks.
//
// # Ownership
//
// A combinator owns the future that it is made from. It drops that future ([edo.Dropper])
// exactly once: as soon as it is ready, before the function of the combinator runs, or when
// the combinator itself is dropped. The value goes to the function, which then owns it. A Fut
// that was given to a combinator must not be used otherwise.
//
// A combinator whose function has panicked has nothing left to poll. Polled again after its
// end, every future of this package is ready with an error that says so, and does nothing; a
// Fut made by Of does what its future does, and a Fuse stays pending. The error does not match
// [edo.ErrClosed].
//
// # Cost
//
// Each combinator is one allocation of 24 to 200 bytes when it is made, and none when it is
// polled; it has no stack. Combinators of several futures are larger; their documentation
// says how large. When one of several futures is woken, that wake and the poll after it cost
// some 90 ns, of a hundred futures as of ten thousand. The futures are not safe for
// concurrent use, and need not be: a future belongs to the one task that polls it.
//
// # When not to use it
//
// Straight-line code with loops and branches is easier to read in direct style ([edo.Go],
// [edo.Async]), which costs a coroutine. Combinators pay where very many tasks wait. Work
// that should run on several workers at once is several tasks ([edo.Spawn]): the futures of a
// Join take turns on one worker. To wait for the first of several again and again, use
// package selector.
package future
