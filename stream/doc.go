// Package stream builds streams out of streams, ends them in futures, and feeds
// sinks.
//
// A stream ([edo.Stream], here also [Stream]) is a sequence of values that may not
// be ready yet. Receivers, intervals and listeners are streams; [Iter], [Values],
// [Once], [Empty] and [PollFn] make some. What keeps the type of the values is a
// method of [Seq], and [Of] makes a Seq of any stream; what changes the type is a
// function ([Map], [Then]). [Fold], [ForEach] and [Collect] use a stream up and are
// futures; [All] and [Each] are a stream in a for loop, for direct style.
//
//	items := stream.Map(rx, value).
//		Chain(stream.Once(done)).
//		Merge(ticks).
//		TakeWhile(isNotDone)
//	edo.Spawn(task, stream.ForEach(items, handle))
//
// # Three faces
//
// What calls a function for each item does so in three ways: with a plain function
// ([ForEach], [Fold]); with one that returns a future, which costs no stack
// ([ForEachFuture], [FoldFuture]); and with one in direct style, which borrows a
// coroutine for each item, so that a stream that waits is a stackless future and a
// handler that works is straight-line code ([ForEachTask], [FoldTask]). All are
// sequential: the next item is asked for when the function is done with this one.
//
// # Errors
//
// An error is an item, and the stream goes on. Combinators hand it on, without
// counting it or asking their function. Fold, ForEach and Collect stop at the first
// one.
//
// # Ownership
//
// A combinator owns the streams it is made from: it drops each ([edo.Dropper])
// exactly once, as soon as it is done with it, or when the combinator itself is
// dropped. After the end it does not ask them again. A value that is handed to the
// caller, or to a function that makes something of it, is theirs; one that a
// combinator throws away ([Seq.Filter], [Seq.TakeWhile], [Seq.Skip]), or holds when
// it is dropped, is dropped. A Seq that was given to a combinator is used up. Sinks
// are borrowed.
//
// # Cost
//
// Each combinator is an allocation or two when it is made and none per item; only
// FoldTask and ForEachTask make three per item. An item costs 2 to 5 ns for each
// combinator that it goes through.
// Nothing here is safe for concurrent use, and nothing needs to be: a stream belongs
// to the one task that polls it. Whatever is ready at once counts against the budget of
// a poll ([edo.Context.Proceed]): the streams of this package, also when they have ended,
// and each turn of All, Each, the folds and the sends, also of a source or a sink that
// does not ask. So a loop over what is always ready gives way to other tasks.
//
// # When not to use it
//
// For values that are all there already, a loop over a slice or an [iter.Seq] is
// shorter and faster.
package stream
