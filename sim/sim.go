package sim

import (
	"errors"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver/simulated"
)

// Sim is a simulation that a test steps by hand. Between two calls no task of the program
// runs, and the test may read the data of its tasks, and wake them from
// outside: send to a channel, abort a task. One goroutine at a time uses a Sim,
// and it must not be one of its tasks; only [Sim.Now] may be called from any goroutine.
//
// While no task is runnable but an [edo.Blocking] task runs, the methods wait for
// that task.
type Sim struct {
	config Config
	driver *simulated.Driver
	ended  chan struct{} // closed when the program has ended; nil before Start
	err    error         // its result
	tell   func()        // its story
}

// New returns a simulation that has no program yet: see [Sim.Start].
func New(c Config) *Sim {
	s := &Sim{config: c}
	s.tell = s.config.tellStory()
	s.driver = s.config.driver(true)
	return s
}

// Start begins to run main as a task, on a goroutine of the simulation, and
// returns before its first poll. It is called once. The test must call [Sim.Wait] in the
// end: otherwise the goroutine stays.
//
//go:noinline
//edo:spawn StartStep
func (s *Sim) Start(main func(task *edo.Task) error) {
	// Inlined, the literal would be one of the caller, and count as the place of the spawn.
	s.start(func(o edo.RunOption) error { return edo.Run(main, o) })
}

// StartStep is [Sim.Start] of s with the frame of a compiled function for main.
//
//go:noinline
func StartStep[F any, P edo.ErrorFrame[F]](s *Sim, main F) {
	s.start(func(o edo.RunOption) error { return edo.RunStep[F, P](main, o) })
}

func (s *Sim) start(run func(edo.RunOption) error) {
	if s.ended != nil {
		panic(errors.New("sim: Start called twice: use a Sim for each run"))
	}
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		defer s.driver.Close() // a step that waits returns
		s.err = s.config.run(s.driver, run)
		s.tell()
	}()
}

func (s *Sim) mustHaveStarted() {
	if s.ended == nil {
		panic(errors.New("sim: nothing to run yet: call Start first"))
	}
}

// Step runs one poll of one task, chosen by the seed, and returns after it.
// It reports whether any task was runnable. No time passes.
func (s *Sim) Step() bool {
	s.mustHaveStarted()
	return s.driver.Step()
}

// RunUntilIdle runs tasks until none is runnable unless time passes. With a program that
// is never idle it does not return.
func (s *Sim) RunUntilIdle() {
	s.mustHaveStarted()
	s.driver.RunUntilIdle()
}

// Advance runs the program for d of its time. First it runs the tasks that are
// runnable. Then the clock goes from timer to timer, and the tasks that a timer wakes run
// before the next one. Advance returns when the clock is exactly d further and the program
// is idle. Timers that are due at that very instant have fired.
func (s *Sim) Advance(d time.Duration) {
	s.mustHaveStarted()
	if d < 0 {
		panic(errors.New("sim: Advance by a negative duration: time does not go back"))
	}
	s.driver.Advance(d)
}

// Now returns the time of the clock of the simulation. Any goroutine may call it, and the
// tasks.
func (s *Sim) Now() time.Time { return s.driver.Time(s.driver.Now()) }

// Wait runs the program to its end without steps: the clock jumps from timer
// to timer. It returns the result that [Run] would. It may be called again.
func (s *Sim) Wait() error {
	s.mustHaveStarted()
	s.driver.Release()
	<-s.ended
	return s.err
}
