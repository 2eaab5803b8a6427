package lost

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/gid"
)

// A Mark is what is noted of a thing when it is made: its number among all, and its maker. The zero
// Mark is that of a thing that is not counted.
type Mark struct {
	number uint64 // from 1, in the order in which things are made
	maker  uint64 // the id of a simulation; or the goroutine, if that belonged to none
}

// NewMark returns the mark of a thing that the caller has just made. When its owner closes it, so
// that it is not looked for any more, the owner may call [Closed], once: then a simulation in which
// nothing can happen any more need not run the collector for it. It costs some nanoseconds.
func NewMark() Mark { return newMark(makerOf(gid.Get())) }

func newMark(maker uint64) Mark {
	watched.Add(1)
	return Mark{made.Add(1), maker}
}

// A Run is a simulation that runs, as this package knows it.
type Run struct {
	id        uint64 // with isRun
	goroutine uintptr
	polls     interface{ OnGoroutine(g uintptr) bool } // whether a goroutine polls one of its tasks: the caller is that goroutine
	alone     []*Run                                   // those that run, when it is the only one
	self      [1]*Run                                  // their room
	entered   atomic.Pointer[[]uintptr]                // replaced, with mu; nil: none

	mu       sync.Mutex // guards the following
	handles  []marked   // see WatchHandle
	few      [4]marked  // the first room of these
	hasEnded bool
}

// isRun is in the id of each run, and in no goroutine: those are addresses.
const isRun = 1 << 63

// running are the simulations that run, as they began. It is replaced, with mu.
var running atomic.Pointer[[]*Run]

// begun is how many simulations have begun. mu guards it.
var begun uint64

// Hold says that a simulation has begun, that the goroutine has made. polls reports whether a goroutine
// polls one of its tasks: the caller is that goroutine.
func Hold(goroutine uintptr, polls interface{ OnGoroutine(g uintptr) bool }) *Run {
	mu.Lock()
	defer mu.Unlock()
	begun++
	r := &Run{id: begun | isRun, goroutine: goroutine, polls: polls}
	r.handles = r.few[:0]
	if len(runs()) == 0 {
		r.self[0] = r
		r.alone = r.self[:]
		running.Store(&r.alone)
		return r
	}
	all := append(slices.Clip(runs()), r)
	running.Store(&all)
	return r
}

// Held reports whether a simulation runs.
func Held() bool { return len(runs()) != 0 }

func runs() []*Run {
	if all := running.Load(); all != nil {
		return *all
	}
	return nil
}

// Release says that r has ended.
func (r *Run) Release() {
	r.watchHandles(true) // first: one that is closed at this moment is still looked for here
	mu.Lock()
	isLast := len(runs()) == 1
	if isLast {
		running.Store(nil)
	} else {
		all := slices.DeleteFunc(slices.Clone(runs()), func(o *Run) bool { return o == r })
		running.Store(&all)
	}
	r.forgetWatchers()
	mu.Unlock()
	if isLast {
		_ = tell(nil)
	}
}

// Tell reports what was found of the things that r has made, and of those that no simulation has made
// which runs: it logs what was forgotten. It returns, joined, the errors of the things that r has made;
// each is a [*Forgotten].
func (r *Run) Tell() error { return tell(r) }

// Enter makes the calling goroutine one of r, until leave is called: what it makes is r's. r may be nil.
func (r *Run) Enter() (leave func()) {
	if r == nil {
		return func() {}
	}
	g := gid.Get()
	r.mu.Lock()
	defer r.mu.Unlock()
	all := append(slices.Clip(r.others()), g)
	r.entered.Store(&all)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		all := slices.DeleteFunc(slices.Clone(r.others()), func(o uintptr) bool { return o == g })
		r.entered.Store(&all)
	}
}

// others returns the goroutines that have entered r.
func (r *Run) others() []uintptr {
	if all := r.entered.Load(); all != nil {
		return *all
	}
	return nil
}

// has reports whether a goroutine polls a task of r, or has entered r.
func (r *Run) has(g uintptr) bool { return r.polls.OnGoroutine(g) || slices.Contains(r.others(), g) }

// makerOf returns the maker of what a goroutine, the caller, makes now: the simulation of its task, or the one
// that it has made itself and steps.
func makerOf(g uintptr) uint64 {
	if r := runOn(g); r != nil {
		return r.id
	}
	return uint64(g)
}

// runOn returns the simulation that has what a goroutine, the caller, makes now; nil: none has.
func runOn(g uintptr) *Run {
	all := runs()
	for _, r := range all {
		if r.has(g) {
			return r
		}
	}
	if len(all) == 0 {
		return nil
	}
	return madeBy(g)
}

// madeBy returns the simulation that a goroutine has made and that runs, if there is one such.
func madeBy(g uintptr) (of *Run) {
	for _, r := range runs() {
		if r.goroutine != g {
			continue
		}
		if of != nil {
			return nil
		}
		of = r
	}
	return of
}

// runOf returns the simulation that runs and that a thing belongs to, or nil: the one that has made it, or that
// was made later by the same goroutine, which may have given it to that.
func runOf(m Mark) *Run {
	if m.maker&isRun == 0 {
		return madeBy(uintptr(m.maker))
	}
	for _, r := range runs() {
		if r.id == m.maker {
			return r
		}
	}
	return nil
}
