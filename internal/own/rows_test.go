package own_test

import (
	"slices"

	"github.com/edo-go/edo"
)

// A row is a future or a stream of the library, as the tests drive it: poll by poll
// (combinators_test.go), and as a task (tasks_test.go). This holds for all: whatever
// happens, its sources are dropped exactly once; every value has exactly one fate (its
// caller got it, a function got it, or it was dropped); and everything that it was granted
// is free again.
//
// To add one, add it to the table of its package, with the name of the exported
// function that makes it. TestEveryFutureAndStreamHasARow says when one is missing.
type row struct {
	name  string   // the function that makes it, as in exported_test.go
	also  []string // other functions that make the same
	build func(s *scene) subject

	calls  bool // it calls a function of the program
	onErr  bool // that function handles errors, so the source has some
	steps  bool // that function returns a future
	direct bool // it is in direct style: nothing happens before the first poll
	begins bool // it has no source: it cannot wait
	leaf   bool // it waits itself: it must not be polled after it was dropped
	live   bool // it needs a runtime, and is not polled by hand
	quiet  bool // dropped while it waits, it does not wake its task any more
}

// subject is what a row has built.
type subject struct {
	poll    func(cx *edo.Context) (done bool)
	drop    func()
	made    any                        // the future or stream itself
	fn      func(task *edo.Task) error // in direct style: the function
	release func()                     // in direct style: drop, without running the function to its end
	around  []edo.Dropper              // dropped after it
}

// rows returns all rows.
func rows() []row {
	return slices.Concat(combinators, roots, channels, manyConsumers, locks, timers, windows, sockets, bytes, frames)
}

// leaves marks rows as leaves.
func leaves(rows []row) []row {
	for i := range rows {
		rows[i].leaf = true
	}
	return rows
}
