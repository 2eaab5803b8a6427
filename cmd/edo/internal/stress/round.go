package stress

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
)

// A round is one runtime, with the programs that play in it.
type round struct {
	ledger
	failures

	seed   uint64
	config edo.Config
	mode   mode
	length time.Duration
	all    []scenario

	pause    time.Duration // at most, between two reports; 0: no reports
	runtime  *edo.Runtime  // nil when Run makes it
	current  atomic.Pointer[edo.Runtime]
	ending   atomic.Bool // no further program begins
	stopping atomic.Bool // everything is cancelled, or about to be
	outside  outside
	tasks    atomic.Int64 // tasks that were spawned
	tally    []tally      // of each scenario
}

// mode is how a round runs, and ends.
type mode int

const (
	byRun      mode = iota // edo.Run returns when all have ended
	byWait                 // Runtime.Wait does
	byShutdown             // Runtime.Shutdown cancels all while they run
)

func (m mode) String() string {
	return [...]string{"Run", "New and Wait", "New and Shutdown"}[m]
}

// tally is how many programs of a scenario were played.
type tally struct {
	begun  atomic.Int64
	within atomic.Int64 // those that have not ended
}

// A scenario is a kind of random program.
type scenario struct {
	name string
	// make opens the accounts of the scenario in r, and returns a function that plays one
	// program of it: it returns when all tasks of the program have ended, unless
	// its own task is cancelled.
	make func(r *round) program
}

type program func(task *edo.Task, rng *rand.Rand) error

var scenarios = []scenario{
	{"tree", tree},
	{"relay", relay},
	{"ask", ask},
	{"queue", queue},
	{"sleep", sleepers},
	{"block", blockers},
	{"socket", sockets},
	{"permits", permits},
	{"consumers", consumers},
	{"broadcast", broadcasts},
	{"watch", watches},
	{"lock", locks},
	{"semaphore", semaphores},
	{"notify", notifies},
	{"barrier", barriers},
	{"once", onces},
	{"join", joins},
	{"select", selects},
	{"report", reports},
}

// lanes is how many programs play at the same time.
const lanes = 64

// newRound draws a round of all scenarios from its seed. With workers 0 it draws
// their number too.
func newRound(seed uint64, workers int, length time.Duration, all []scenario) (*round, *rand.Rand) {
	rng := rand.New(rand.NewPCG(seed, 0))
	r := &round{seed: seed, length: length, mode: mode(rng.IntN(3)), all: all, tally: make([]tally, len(all))}
	drawn := edo.Config{Workers: 1 + rng.IntN(2*runtime.GOMAXPROCS(0))}
	if oneIn(rng, 5) {
		drawn = edo.Config{CurrentThread: true}
	}
	if workers != 0 {
		drawn = edo.Config{Workers: workers}
	}
	r.config = drawn
	// A stall that is reported is a fault here: tasks run all the time. Goroutines that are
	// no tasks do not count, so there are none then.
	if oneIn(rng, 4) {
		r.config.StallAfter = time.Duration(1+rng.IntN(20)) * time.Millisecond
	}
	r.config.Trace = oneIn(rng, 4)
	if oneIn(rng, 2) {
		r.pause = time.Millisecond << rng.IntN(7)
	}
	r.config.OnError = func(err error) {
		if !isPlanned(err) && !errors.Is(err, edo.ErrShutdown) {
			r.fault("OnError was called with: %v", err)
		}
	}
	return r, rng
}

// describe returns a line of text about the round.
func (r *round) describe() string {
	workers := "current thread"
	if !r.config.CurrentThread {
		workers = fmt.Sprintf("%d workers", r.config.Workers)
	}
	more := ""
	if r.config.Trace {
		more += ", traced"
	}
	if r.config.StallAfter > 0 {
		more += fmt.Sprintf(", stall after %v", r.config.StallAfter)
	}
	if r.pause > 0 {
		more += fmt.Sprintf(", reports every %v", r.pause)
	}
	return fmt.Sprintf("seed %d, %s, %s%s", r.seed, workers, r.mode, more)
}

// play runs the round and returns what was wrong.
func (r *round) play(rng *rand.Rand) []string {
	// 1. Note what must be given back, and start the helpers of the round.
	before := holdingsNow()
	if r.config.StallAfter == 0 {
		r.outside.start(2)
	}
	var programs []program
	for _, s := range r.all {
		programs = append(programs, s.make(r))
	}
	alarm := time.AfterFunc(r.length, func() { r.ending.Store(true) })
	defer alarm.Stop()

	// 2. Play programs in all lanes, while an observer asks for reports.
	lane := func(rng *rand.Rand) func(*edo.Task) error {
		return func(task *edo.Task) error {
			for {
				i := rng.IntN(len(programs))
				r.tally[i].begun.Add(1)
				r.tally[i].within.Add(1)
				err := programs[i](task, fork(rng))
				r.tally[i].within.Add(-1)
				if task.Err() != nil {
					return task.Err()
				}
				if err != nil {
					r.fault("%s: %v", r.all[i].name, err)
				}
				if r.ending.Load() {
					return nil
				}
			}
		}
	}
	var bodies []func(*edo.Task) error
	for range lanes {
		bodies = append(bodies, lane(fork(rng)))
	}
	var observer *observer
	if r.pause > 0 {
		observer = r.observe(fork(rng), r.pause)
	}
	r.settle(&r.ledger, r.run(bodies))
	// 3. Stop the helpers, and check that nothing is left.
	r.outside.stop()
	if observer != nil {
		observer.close()
	}
	for _, fault := range before.missing() {
		r.fault("%s", fault)
	}
	r.checkRest(r.current.Load().Metrics()) // the goroutines of blocking tasks have gone
	return r.close()
}

// run runs bodies until they have ended, and returns the error of the runtime.
func (r *round) run(bodies []func(*edo.Task) error) error {
	if r.mode == byRun {
		return edo.Run(func(task *edo.Task) error {
			r.current.Store(task.Runtime())
			for _, body := range bodies {
				edo.Go(task, body, edo.Name("lane"))
			}
			return nil
		}, edo.WithConfig(r.config))
	}
	rt, err := edo.New(r.config)
	if err != nil {
		return err
	}
	r.runtime = rt
	r.current.Store(rt)
	for _, body := range bodies {
		edo.Go(rt, body, edo.Name("lane"))
	}
	if r.mode == byWait {
		return rt.Wait()
	}
	time.Sleep(r.length)
	r.stopping.Store(true)
	err = rt.Shutdown(context.Background())
	late := edo.Go(rt, func(*edo.Task) error { r.fault("a task ran after the end"); return nil })
	if !late.Finished() {
		r.fault("the handle of a task that was spawned after the end has not resolved")
	}
	return err
}

// joinAll waits for handles, counts the planned failures as joined, and returns the first
// other error.
func joinAll[T any](r *round, task *edo.Task, handles []*edo.JoinHandle[T]) error {
	var first error
	for _, h := range handles {
		_, err := h.Await(task)
		if cause := task.Err(); cause != nil {
			return cause
		}
		if err = r.removePlanned(err); err != nil && !errors.Is(err, edo.ErrCancelled) && first == nil {
			first = err
		}
	}
	return first
}

// oneIn is true once in n times.
func oneIn(rng *rand.Rand, n int) bool { return rng.IntN(n) == 0 }

// fork returns a source of randomness for another task.
func fork(rng *rand.Rand) *rand.Rand { return rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64())) }

// dawdle yields a few times, or not at all.
func dawdle(task *edo.Task, rng *rand.Rand) error {
	for n := rng.IntN(8); n > 4; n-- {
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
	return nil
}
