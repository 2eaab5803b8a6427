// Package own has slots for the things that the combinators of packages future and stream
// own: a future, a stream, a value.
//
// The three slots follow one rule: a slot drops its content exactly once, unless it was
// taken out. The slot becomes empty first, so that a Drop that panics, or that drops the
// slot again, does not drop the content twice. A combinator
// is made of slots, and its Drop empties them.
//
// A slot drops a value by [Discard], which drops the elements of slices too.
//
//	type mapped struct {
//		src own.Future[int]
//		fn  func(int) string
//	}
//
// Not for code outside a combinator: code that just waits for a future borrows it.
//
// A slot is used by one goroutine at a time, its zero value is empty, and it must
// not be copied while it holds something.
package own
