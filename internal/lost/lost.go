// Package lost reports things that the garbage collector has found, such as a sender that
// no goroutine can reach any more.
//
// The program does not choose when the collector runs. But a simulation must do the same
// again under the same seed. So while one runs, the things that the collector finds are kept
// until nothing else can happen. Then the simulation calls [Collect] and [Tell], and all are
// reported, in the order in which they were made. Without a simulation each is reported at
// once.
package lost

import (
	"cmp"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/origin"
)

var (
	made    atomic.Uint64
	watched atomic.Int64  // things that were made and neither closed nor found
	found   atomic.Uint64 // how often Found was called

	holds atomic.Int64 // how many simulations run; written under mu

	mu   sync.Mutex // guards the following
	runs []uint64   // the simulations that run, by the number of the last thing before each
	kept []thing
)

type thing struct {
	number uint64
	tell   func() error
}

// Number returns the number of a thing that has just been made. When its owner closes it, so
// that it is not looked for any more, the owner may call [Closed], once: then a simulation in which
// nothing can happen any more need not run the collector for it.
func Number() uint64 {
	watched.Add(1)
	return made.Add(1)
}

// Closed says that the owner of a thing has closed it.
func Closed() { watched.Add(-1) }

// AnyWatched reports whether the collector may find anything: there is a thing that was
// neither closed nor found.
func AnyWatched() bool { return watched.Load() > 0 }

// Found says that the collector has found the thing with this number. tell is called
// now or later, and must not wait. Its error says what was forgotten: it is logged, and
// fails the simulation that had to look for it. nil: it did no harm.
func Found(number uint64, tell func() error) {
	found.Add(1)
	if number != 0 { // a connection of the real network has none
		watched.Add(-1)
	}
	mu.Lock()
	if holds.Load() > 0 {
		kept = append(kept, thing{number, tell})
		mu.Unlock()
		return
	}
	mu.Unlock()
	report(reportOf(number, tell()))
}

// Hold says that a simulation has begun. It returns the number of the thing that was made last.
func Hold() (since uint64) {
	mu.Lock()
	defer mu.Unlock()
	since = made.Load()
	runs = append(runs, since)
	holds.Add(1)
	return since
}

// Held reports whether a simulation runs.
func Held() bool { return holds.Load() > 0 }

// Release says that the simulation has ended for which Hold has returned since.
func Release(since uint64) {
	mu.Lock()
	i := slices.Index(runs, since)
	runs = slices.Delete(runs, i, i+1)
	last := holds.Add(-1) == 0
	letGo()
	mu.Unlock()
	if last {
		_ = Tell(0)
	}
}

// Kept reports whether there is anything for [Tell] to report.
func Kept() bool {
	mu.Lock()
	defer mu.Unlock()
	return len(kept) != 0
}

// Tell reports all that was found: it logs what was forgotten. It returns, joined, the
// errors of the things that were made after the one with the number since; each is a
// [*Forgotten].
func Tell(since uint64) error {
	mu.Lock()
	all := kept
	kept = nil
	mu.Unlock()
	slices.SortFunc(all, func(a, b thing) int { return cmp.Compare(a.number, b.number) })
	var errs []error
	for _, t := range all {
		if err := reportOf(t.number, t.tell()); err != nil {
			report(err)
			if t.number > since {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// report logs the error of a tell function, unless it is nil.
func report(err error) {
	keepRecent(err)
	if f, ok := errors.AsType[*Forgotten](err); ok {
		made := origin.Frame(f.PC)
		slog.Warn(f.What, "func", made.Function, "file", made.File, "line", made.Line)
	} else if err != nil {
		slog.Warn(err.Error())
	}
}
