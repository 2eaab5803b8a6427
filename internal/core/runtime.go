package core

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/sched"
)

// Runtime is an edo.Runtime. Fields are not changed once it runs, except for those that
// have a lock or are atomic.
type Runtime struct {
	Sched   *sched.Runtime
	Driver  driver.Driver
	Base    context.Context // of every Task.Context; nil: none was given
	Coros   *coro.Pool
	OnError func(error)
	OnPanic func(error) // tells Config.OnPanic of the panics in an error; nil: it has none
	Tracer  *Tracer     // nil without Config.Trace
	Labels  bool        // see edo.Config
	Regions bool        // the same
	// PreparesAll says that every task that is spawned is prepared, for one of these three.
	PreparesAll bool
	Down        sync.Once // gives back the task that the scheduler counts for New's caller
	Gone        chan struct{}

	Failures Failures
	Shields  Shields
	Survey   any // of package survey: the watch over islands; nil in a seeded runtime
	Alarms   any // of package alarm, in a seeded runtime: those that are not in use; the worker's
	// ReportQuiet is called when nothing has happened for a while. It reports that, unless a
	// task waits for something outside, and returns whether it has, now or before. It is nil in a seeded runtime.
	ReportQuiet func() (reported bool)
	Lost        *lost.Run     // of a seeded runtime: what it has made and forgotten; otherwise nil
	Told        string        // the report of the last stall; the monitor's
	Signals     atomic.Bool   // a signal may do something
	Stalls      atomic.Uint64 // stalls and islands that were reported
	HasLives    atomic.Bool   // some tasks belong to a host of a simulation, see life.go
	BeforePoll  func()        // called before each poll, after SetGate; nil: nothing is
	lives       lives
	labels      labelSets
	unwinder    sched.Unwinder // see Unwind
}

// Hooks are what the core needs of package edo, which sets them when it is initialised.
var Hooks struct {
	// NewPanic returns an *edo.PanicError.
	NewPanic func(task string, value any, stack []byte) error
	// IsPanic reports whether err itself is an *edo.PanicError.
	IsPanic func(err error) bool
	// Source returns what the methods of an edo.Spawner do.
	Source func(spawner any) Source
	// SlowedDown is the leaf of a task that is slowed down.
	SlowedDown any
	// Spawner returns s as an edo.Spawner.
	Spawner func(s *Spawning) any
}

// The errors that package edo shares with the core. Their texts are edo's.
var (
	ErrCancelled error = cancelledError{}
	ErrShutdown        = errors.New("edo: the runtime has shut down")

	ErrPolledAgain = errors.New("edo: a future was polled after it had ended")
	ErrNoRuntime   = errors.New("edo: this context belongs to no runtime: there is nothing to spawn on")
)

type cancelledError struct{}

func (cancelledError) Error() string        { return "edo: task cancelled" }
func (cancelledError) Is(target error) bool { return target == context.Canceled }

// Runtimes are those that have not ended, so that a nested Run is noticed.
var Runtimes registry

type registry struct {
	mu  sync.Mutex
	all []*Runtime // guarded by mu; the oldest first
}

// Add adds rt.
func (r *registry) Add(rt *Runtime) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, rt)
}

// Remove removes rt.
func (r *registry) Remove(rt *Runtime) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(r.all, rt); i >= 0 {
		r.all = slices.Delete(r.all, i, i+1)
	}
}

// List returns the runtimes, the oldest first.
func (r *registry) List() []*Runtime {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all)
}

// AnyPollsOn reports whether the goroutine g polls a task of some runtime.
func (r *registry) AnyPollsOn(g uintptr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rt := range r.all {
		if rt.Sched.OnGoroutine(g) {
			return true
		}
	}
	return false
}
