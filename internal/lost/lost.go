// Package lost hands on what the garbage collector has found, such as a sender that
// no goroutine can reach any more.
//
// When the collector runs is not the program's choice, so in a simulation, which must do
// the same again under the same seed, what it finds is kept until nothing else can
// happen. Then the simulation calls [Collect] and [Tell], and all of it is handed on, in
// the order in which the things were made. While no simulation runs it is handed on at
// once.
package lost

import (
	"cmp"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
)

var (
	made  atomic.Uint64
	found atomic.Uint64 // how often Found was called

	mu    sync.Mutex // guards the following
	holds int        // simulations that run
	kept  []thing
)

type thing struct {
	number uint64
	tell   func() error
}

// Number returns the number of a thing that has just been made.
func Number() uint64 { return made.Add(1) }

// Found says that the collector has found the thing with this number. tell is called
// now or later, and must not wait. Its error says what was forgotten: it is logged, and
// fails the simulation that had to look for it. nil: no harm was done.
func Found(number uint64, tell func() error) {
	found.Add(1)
	mu.Lock()
	if holds > 0 {
		kept = append(kept, thing{number, tell})
		mu.Unlock()
		return
	}
	mu.Unlock()
	report(tell())
}

// Hold says that a simulation has begun.
func Hold() {
	mu.Lock()
	holds++
	mu.Unlock()
}

// Held says whether a simulation runs.
func Held() bool {
	mu.Lock()
	defer mu.Unlock()
	return holds > 0
}

// Release says that a simulation has ended.
func Release() {
	mu.Lock()
	holds--
	last := holds == 0
	mu.Unlock()
	if last {
		_ = Tell(0)
	}
}

// Kept says whether there is anything for [Tell] to hand on.
func Kept() bool {
	mu.Lock()
	defer mu.Unlock()
	return len(kept) != 0
}

// Tell hands on what was found, and returns what was forgotten of that which was made after
// since, joined: each of it is a [*Forgotten], and has been logged.
func Tell(since uint64) error {
	mu.Lock()
	all := kept
	kept = nil
	mu.Unlock()
	slices.SortFunc(all, func(a, b thing) int { return cmp.Compare(a.number, b.number) })
	var errs []error
	for _, t := range all {
		if err := t.tell(); err != nil {
			report(err)
			if t.number > since {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// report logs what was forgotten.
func report(err error) {
	if f, ok := errors.AsType[*Forgotten](err); ok {
		slog.Warn(f.What, "func", f.place().Function, "file", f.place().File, "line", f.place().Line)
	} else if err != nil {
		slog.Warn(err.Error())
	}
}
