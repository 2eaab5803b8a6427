package own_test

import (
	"slices"

	"github.com/edo-go/edo"
)

// A row is a future or a stream of the library, as the tests drive it: poll by poll
// (combinators_test.go), and as a task (tasks_test.go). They hold for all: whatever
// happens, its sources are dropped exactly once, every value has exactly one fate (it
// went to who asked, went to a function, or was dropped), and what it was granted
// comes back.
//
// To add one, add it to the table of its package, with the name of the exported
// function that makes it. TestEveryFutureAndStreamHasARow says when one is missing.
type row struct {
	name  string   // the function that makes it, as in exported_test.go
	also  []string // other functions that make the same
	build func(s *scene) subject

	calls  bool // it calls a function of the user's
	onErr  bool // that function is for errors, so the source has some
	steps  bool // that function returns a future
	direct bool // it is in direct style: nothing happens before the first poll
	begins bool // it has no source: it cannot wait
	leaf   bool // it waits itself: it is not polled again when it was dropped
	live   bool // it needs a runtime, and is not polled by hand
	quiet  bool // dropped while it waits, it wakes nobody any more
}

// subject is what a row has built.
type subject struct {
	poll    func(cx *edo.Context) (done bool)
	drop    func()
	made    any                        // the future or stream itself
	fn      func(task *edo.Task) error // in direct style: the function
	release func()                     // in direct style: drop, for who leaves the rest to the runtime
	around  []edo.Dropper              // what is dropped after it
}

// rows are all of them.
func rows() []row {
	return slices.Concat(combinators, roots, channels, manyConsumers, locks, timers, sockets, bytes, frames)
}

// leaves marks rows as such.
func leaves(rows []row) []row {
	for i := range rows {
		rows[i].leaf = true
	}
	return rows
}
