// Package future builds futures out of futures.
//
// A future ([edo.Future]) is a value that may not be ready yet. The functions of
// this package take futures and give a [Fut], which is one again: [Map] changes the
// value, [AndThen] and [Then] go on with another future, [Lazy], [Ready], [Fail] and
// [PollFn] are where a chain begins. What keeps the type of the value is a method of
// Fut ([Fut.OrElse], [Fut.MapErr]); [Of] makes a Fut of any future.
//
//	reply := future.AndThen(dial(addr), func(c *client) edo.Future[string] {
//		return c.ask("time")
//	})
//	edo.Spawn(task, future.Map(reply, strings.ToUpper))
//
// Several futures run at the same time, in one task: [Join] waits for all, [TryJoin]
// gives up at the first error, [Race] is over with the first that is ready. [Join2],
// [Join3], [TryJoin2] and [TryJoin3] are for futures of different types. The same in
// direct style are [JoinTask], [TryJoinTask] and [RaceTask], for functions that each
// have a Task to wait with.
//
//	all := future.TryJoin(ask("paris"), ask("tokyo"), ask("lima")) // of []string
//
// Each of several is polled when it was woken itself, and not otherwise. Two of them that
// wait for the same end of something that has room for one waiter, such as a receiver, are
// a mistake: the second gets an [*edo.BusyError], which says what to use instead.
//
// [Timeout] gives up when a future is not ready in time. [Share] gives the result of one
// future to many tasks.
//
// # Ownership
//
// A combinator owns the future it is made from: it drops it ([edo.Dropper]) exactly
// once, as soon as it is ready and before the function of the combinator runs, or
// when the combinator itself is dropped. The value goes to that function, which owns
// it from then on. A Fut that was given to a combinator is used up.
//
// A function that panics leaves a combinator behind that has nothing left to poll.
// Polled again after its end, every future of this package (but that of Of, which is
// the future it was given) is ready with an error that says so, and does nothing. That does
// not match [edo.ErrClosed].
//
// # Cost
//
// Each combinator is one allocation of 24 to 96 bytes when it is made, and none when
// it is polled; it has no stack. Those of several futures are larger, and say how much.
// When one of them is woken, that wake and the poll after it cost some 90 ns, of a hundred
// futures as of ten thousand. Nothing here is safe for
// concurrent use, and nothing needs to be: a future belongs to the one task that
// polls it.
//
// # When not to use it
//
// Straight-line code with loops and several branches reads better in direct style
// ([edo.Go], [edo.Async]), at the price of a coroutine. Combinators pay where very
// many tasks wait. What should run on several workers at once is several tasks
// ([edo.Spawn]): the futures of a Join take turns on one. To wait for the first of several
// again and again there is [edo.Select].
package future
