package sim

import (
	"errors"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver/simulated"
)

// Sim is a simulation that a test steps by hand. Between two calls the program
// stands still, and the test may look at what its tasks share, and wake them from
// outside: send to a channel, abort a task. One goroutine at a time uses a Sim,
// and it must not be one of its tasks; only [Sim.Now] may be called by anybody.
//
// While nothing is runnable but an [edo.Blocking] task runs, the methods wait for
// that.
type Sim struct {
	config Config
	driver *simulated.Driver
	ended  chan struct{} // closed when the program has ended; nil before Start
	err    error         // its result
}

// New returns a simulation of nothing yet.
func New(c Config) *Sim { return &Sim{config: c, driver: c.driver(true)} }

// Start begins to run main as a task, on a goroutine of the simulation's, and
// returns before its first poll. It is called once; [Sim.Wait] must follow, in the
// end, or the goroutine stays.
func (s *Sim) Start(main func(task *edo.Task) error) {
	if s.ended != nil {
		panic(errors.New("sim: Start called twice: use a Sim for each run"))
	}
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		defer s.driver.Close() // so that nobody waits for a step of it
		s.err = s.config.run(s.driver, main)
	}()
}

func (s *Sim) mustHaveStarted() {
	if s.ended == nil {
		panic(errors.New("sim: nothing to run yet: call Start first"))
	}
}

// Step lets one poll of one task happen, chosen by the seed, and returns after it.
// It says whether any task was runnable. Time does not go by.
func (s *Sim) Step() bool {
	s.mustHaveStarted()
	return s.driver.Step()
}

// RunUntilIdle lets tasks run until none can without time going by. A program that
// is never idle makes it go on for ever.
func (s *Sim) RunUntilIdle() {
	s.mustHaveStarted()
	s.driver.RunUntilIdle()
}

// Advance runs the program for d of its time. First the tasks run that are
// runnable; then the clock goes from timer to timer, and what becomes runnable at
// one runs before it goes on, until it has come d further, to the nanosecond, and
// the program is idle. Timers that are due at that very instant have fired.
func (s *Sim) Advance(d time.Duration) {
	s.mustHaveStarted()
	if d < 0 {
		panic(errors.New("sim: Advance by a negative duration: time does not go back"))
	}
	s.driver.Advance(d)
}

// Now returns what the clock of the simulation shows. It may be called from any
// goroutine, and by tasks.
func (s *Sim) Now() time.Time { return s.driver.Time(s.driver.Now()) }

// Wait lets the program run to its end without steps, the clock jumping from timer
// to timer, and returns what [Run] would. It may be called again.
func (s *Sim) Wait() error {
	s.mustHaveStarted()
	s.driver.Release()
	<-s.ended
	return s.err
}
