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

	mu   sync.Mutex // guards the following
	kept []thing
)

type thing struct {
	mark Mark
	tell func() error
}

// Closed says that the owner of a thing has closed it.
func Closed() { watched.Add(-1) }

// AnyWatched reports whether the collector may find anything: there is a thing that was
// neither closed nor found.
func AnyWatched() bool { return watched.Load() > 0 }

// Found says that the collector has found the thing with this mark. tell is called
// now or later, and must not wait. Its error says what was forgotten: it is logged, and
// fails the simulation that has made it, while that runs. nil: it did no harm.
func Found(m Mark, tell func() error) {
	found.Add(1)
	if m != (Mark{}) { // a connection of the real network has none
		watched.Add(-1)
	}
	mu.Lock()
	if Held() {
		kept = append(kept, thing{m, tell})
		mu.Unlock()
		return
	}
	mu.Unlock()
	report(reportOf(m, tell()))
}

// Kept reports whether there is anything to be told.
func Kept() bool {
	mu.Lock()
	defer mu.Unlock()
	return len(kept) != 0
}

// tell reports all that was found and is not that of another simulation than r: it logs what was forgotten. It
// returns, joined, the errors of the things that r has made; each is a [*Forgotten]. r may be nil.
func tell(r *Run) error {
	mu.Lock()
	var all []thing
	kept = slices.DeleteFunc(kept, func(t thing) bool {
		of := runOf(t.mark)
		if of != nil && of != r {
			return false
		}
		all = append(all, t)
		return true
	})
	mu.Unlock()
	slices.SortFunc(all, func(a, b thing) int { return cmp.Compare(a.mark.number, b.mark.number) })
	var errs []error
	for _, t := range all {
		if err := reportOf(t.mark, t.tell()); err != nil {
			report(err)
			if r != nil && t.mark.maker == r.id {
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
