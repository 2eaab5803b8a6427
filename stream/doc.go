// Package stream builds streams out of streams, ends them in futures, and feeds
// sinks.
//
// A stream ([edo.Stream], here also [Stream]) is a sequence of values that may not be ready
// yet. Receivers, intervals and listeners are streams; [Iter], [Values], [Once], [Empty] and
// [PollFn] make others. An operation that keeps the type of the values is a method of [Seq],
// and [Of] makes a Seq of any stream; an operation that changes the type is a function
// ([Map], [Then]). [Fold], [ForEach] and [Collect] read a stream to its end and are futures;
// [All] and [Each] make a stream a for loop in direct style. The page docs/streams.md of the
// repository shows all operators in pictures, and says which to take when.
//
//	items := stream.Map(rx, value).
//		Chain(stream.Once(done)).
//		Merge(ticks).
//		TakeWhile(isNotDone)
//	edo.Spawn(task, stream.ForEach(items, handle))
//
// # Three faces
//
// An operation that calls a function for each item has three forms: with a plain function
// ([ForEach], [Fold]); with a function that returns a future, which costs no stack
// ([ForEachFuture], [FoldFuture]); and with a function in direct style, which borrows a
// coroutine for each item ([ForEachTask], [FoldTask]). In the third form, a stream that waits
// is a stackless future, and the handler of an item is straight-line code. All forms are
// sequential: the stream is polled for the next item when the function is done with the
// current one.
//
// # Errors
//
// An error is an item, and the stream goes on. Combinators pass it on, without counting it
// or calling their function. Fold, ForEach and Collect stop at the first error.
//
// # Ownership
//
// A combinator owns the streams that it is made from: it drops each ([edo.Dropper]) exactly
// once, as soon as it no longer needs it, or when the combinator itself is dropped. After the
// end it does not poll them again. A value that was given to the caller, or to a function
// that makes another value of it, belongs to that caller or function. A combinator drops the
// values that it skips ([Seq.Filter], [Seq.TakeWhile], [Seq.Skip]), and a value that it holds
// when it is dropped. A Seq that was given to a combinator must not be used otherwise. Sinks
// are borrowed, but for that of [Forward].
//
// # Cost
//
// Each combinator is one or two allocations when it is made, those that have places or lanes
// up to five, and none per item; only FoldTask and ForEachTask make three per item. An item costs 2 to 5 ns for each combinator that it
// passes through. The streams are not safe for concurrent use, and need not be: a stream
// belongs to the one task that polls it. Every operation that is ready at once takes from the
// budget of the poll ([edo.Context.Proceed]): the streams of this package, even when they
// have ended, and each turn of All, Each, the folds and the sends, even if the source or the
// sink takes nothing. So a loop over a stream that is always ready gives way to other tasks.
//
// # When not to use it
//
// For values that are all there already, a loop over a slice or an [iter.Seq] is shorter and
// faster.
package stream
