// Package lost hands on what the garbage collector has found, such as a sender that
// nobody can reach any more.
//
// When the collector runs is nobody's choice, so in a simulation, which must do the same
// again under the same seed, what it finds waits until nothing else can happen. Then
// the simulation collects, and all of it is handed on, in the order in which the things
// were made. While no simulation runs it is handed on at once.
package lost

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

var (
	made atomic.Uint64

	mu    sync.Mutex // guards the following
	holds int        // simulations that run
	kept  []thing
)

type thing struct {
	number uint64
	tell   func()
}

// Number returns the number of a thing that has just been made.
func Number() uint64 { return made.Add(1) }

// Found says that the collector has found the thing with this number. tell is called
// now or later, and must not wait.
func Found(number uint64, tell func()) {
	mu.Lock()
	if holds > 0 {
		kept = append(kept, thing{number, tell})
		mu.Unlock()
		return
	}
	mu.Unlock()
	tell()
}

// Hold says that a simulation has begun.
func Hold() {
	mu.Lock()
	holds++
	mu.Unlock()
}

// Release says that a simulation has ended.
func Release() {
	mu.Lock()
	holds--
	last := holds == 0
	mu.Unlock()
	if last {
		Tell()
	}
}

// Tell hands on what was found.
func Tell() {
	mu.Lock()
	all := kept
	kept = nil
	mu.Unlock()
	slices.SortFunc(all, func(a, b thing) int { return cmp.Compare(a.number, b.number) })
	for _, t := range all {
		t.tell()
	}
}
