// Package own holds what the combinators of packages future and stream own: a
// future, a stream, a value.
//
// The three slots follow one rule: what a slot holds is dropped exactly once, by
// the slot, unless it was taken out; and the slot forgets it first, so that a Drop
// that panics, or that comes back to the slot, does not drop it twice. A combinator
// is made of slots, and its Drop empties them.
//
// To drop a value is to [Discard] it, which knows slices.
//
//	type mapped struct {
//		src own.Future[int]
//		fn  func(int) string
//	}
//
// Not for code outside a combinator: who just waits for a future borrows it.
//
// A slot is used by one goroutine at a time, its zero value is empty, and it must
// not be copied while it holds something.
package own
