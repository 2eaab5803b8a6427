package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver/simulated"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/schedule"
	"github.com/edo-go/edo/sim"
)

// World is one run of a program. Its methods are for the program and its tasks,
// which the simulation runs one at a time.
type World struct {
	// Rand is for the program; the seed determines its numbers.
	Rand *rand.Rand
	// Ledger is checked at the end.
	Ledger *Ledger

	simulated *simulated.Driver
	runtime   *edo.Runtime
	scheduler *sched.Runtime
	plan      abortPlan
	victims   []*victim // some may have ended
	rooms     []*Room
	checks    []func() error
	log       func(format string, args ...any) // or nil

	polls   int
	idleAt  int // the value of polls when no task was runnable last
	aborted []abort
	errs    []error
	endless bool
}

// victim is a task that may be aborted.
type victim struct {
	name   string
	handle Handle
}

// abort is the name of a task that was aborted, and before which poll it was.
type abort struct {
	name string
	poll int
}

// Handle is the part of an [edo.JoinHandle] that World needs.
type Handle interface {
	Abort()
	Finished() bool
}

// maxPolls is how many polls a run may take. A run with more has a loop that never waits.
const maxPolls = 100_000

// The streams of random numbers of one seed, beside those of the simulation.
const (
	planStream    = 0x2545f4914f6cdd1d
	programStream = 0x9fb21c651e98df25
)

func newWorld(seed uint64, log func(string, ...any)) *World {
	kind, err := schedule.KindOf(os.Getenv(sim.StrategyVariable))
	if err != nil {
		panic(fmt.Errorf("chaos: %w", err))
	}
	return &World{
		Rand:      rand.New(rand.NewPCG(seed, programStream)),
		Ledger:    &Ledger{},
		simulated: simulated.New(simulated.Config{Seed: seed, Kind: kind}),
		plan:      drawAbortPlan(rand.New(rand.NewPCG(seed, planStream))),
		log:       log,
	}
}

// beginPoll is called before each poll.
func (w *World) beginPoll() {
	if w.polls++; w.polls == maxPolls {
		w.endless = true
		w.scheduler.CancelAll()
	}
	w.abortSome()
}

// Go spawns a task in direct style that may be aborted at any time, also before it runs: so
// the things that it must drop belong in [edo.Owns].
func (w *World) Go(name string, fn func(task *edo.Task) error, opts ...edo.SpawnOption) *edo.JoinHandle[edo.Unit] {
	h := w.Steady(name, fn, opts...)
	w.Victim(name, h)
	return h
}

// Steady spawns a task in direct style that is never aborted.
func (w *World) Steady(name string, fn func(task *edo.Task) error, opts ...edo.SpawnOption) *edo.JoinHandle[edo.Unit] {
	return edo.Go(w.runtime, fn, named(name, opts)...)
}

// Spawn spawns a task that drives f, and may be aborted at any time.
func Spawn[T any](w *World, name string, f edo.Future[T], opts ...edo.SpawnOption) *edo.JoinHandle[T] {
	h := SpawnSteady(w, name, f, opts...)
	w.Victim(name, h)
	return h
}

// SpawnSteady spawns a task that drives f, and is never aborted.
func SpawnSteady[T any](w *World, name string, f edo.Future[T], opts ...edo.SpawnOption) *edo.JoinHandle[T] {
	return edo.Spawn(w.runtime, f, named(name, opts)...)
}

func named(name string, opts []edo.SpawnOption) []edo.SpawnOption {
	return append([]edo.SpawnOption{edo.Name(name)}, opts...)
}

// Victim says that a task may be aborted that the program has spawned by other means.
func (w *World) Victim(name string, h Handle) {
	w.victims = append(w.victims, &victim{name, h})
}

// Runtime is the runtime of the run, to spawn on.
func (w *World) Runtime() *edo.Runtime { return w.runtime }

// Check registers check, which is called when all tasks have ended, unless the run has
// failed before.
func (w *World) Check(check func() error) { w.checks = append(w.checks, check) }

// Errorf makes the run fail, and returns: the run continues.
func (w *World) Errorf(format string, args ...any) {
	w.errs = append(w.errs, fmt.Errorf(format, args...))
	w.Logf(format, args...)
}

// Logf writes to the log, if there is one: when a single seed is replayed.
func (w *World) Logf(format string, args ...any) {
	if w.log != nil {
		w.log("poll %d: %s", w.polls, fmt.Sprintf(format, args...))
	}
}

// history returns text that says which tasks were aborted, and when.
func (w *World) history() string {
	if len(w.aborted) == 0 {
		return fmt.Sprintf("no task was aborted, in %d polls", w.polls)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "aborted, in %d polls:", w.polls)
	for i, a := range w.aborted {
		if i == 32 {
			fmt.Fprintf(&b, ", and %d more", len(w.aborted)-i)
			break
		}
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, " %s before poll %d", a.name, a.poll)
	}
	return b.String()
}
