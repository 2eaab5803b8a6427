package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver/simulated"
	"github.com/edo-go/edo/internal/schedule"
	"github.com/edo-go/edo/sim/story"
)

// Config configures a simulation. The zero value works.
type Config struct {
	// Seed decides the order in which tasks run, and every random number.
	Seed uint64

	// Start is the time that the clock shows at first. Zero means midnight of
	// 2000-01-01, UTC.
	Start time.Time

	// HoldClock keeps the clock from jumping by itself: time passes in
	// [Sim.Advance] alone. In a simulation that the test does not step, tasks that wait
	// for time wait for ever, and that is an error.
	HoldClock bool

	// Window is how many bytes a connection holds in one direction before its
	// writer has to wait. Zero means 64 KiB.
	// It is not negative.
	Window int

	// Quiet leaves most choices out: a task runs until it waits, or has done 128 operations
	// that could go on at once. A task that yields goes behind those that are runnable, and
	// timers fire in the order of their deadlines. It is for tests in which the order is the
	// subject: it finds fewer bugs.
	Quiet bool

	// Strategy is how the seed chooses. Empty means that the seed draws that, too.
	Strategy Strategy

	// Late is by how much timers may be late: the clock goes up to so much beyond a
	// deadline, and so over other deadlines. The seed decides. 0 means that they are exact.
	// It is not negative.
	Late time.Duration

	// Schedule replays a schedule that [Explore] or [All] has printed. The seed must be that
	// of the schedule. It must be empty in a simulation that these explore. If it is that of
	// another program, or the program has changed, the error of the run is a [*MisfitError], with
	// the program's own.
	Schedule string

	// Trace is called for each choice between several things that can happen next, with
	// their number and the index of the chosen one. It is called on the worker, between
	// polls or inside of one.
	Trace func(n, chosen int)

	// Story records what the tasks do, see package story. nil: nothing is recorded, unless
	// the environment variable EDO_STORY names a file.
	Story *story.Log

	// Runtime configures the runtime, for example OnError. There is always one worker.
	Runtime edo.Config
}

// check panics if c cannot be: a Config is a constant of a test.
func (c Config) check() {
	switch {
	case c.Window < 0:
		panic(fmt.Errorf("sim: Config.Window is %d: it must be at least 0", c.Window))
	case c.Late < 0:
		panic(fmt.Errorf("sim: Config.Late is %v: it must be at least 0", c.Late))
	}
}

func (c Config) driver(manual bool) *simulated.Driver {
	c.check()
	c.shiftSeed()
	kind, err := c.kind()
	if err != nil {
		panic(fmt.Errorf("sim: %w", err))
	}
	var replayed schedule.Strategy
	if c.Schedule != "" {
		r, err := newReplay(c.Schedule)
		if err != nil {
			panic(fmt.Errorf("sim: %w", err))
		}
		replayed = r
	}
	return simulated.New(simulated.Config{
		Quiet:     c.Quiet,
		Kind:      kind,
		Strategy:  replayed,
		Late:      c.Late,
		Seed:      c.Seed,
		Start:     c.Start,
		HoldClock: c.HoldClock,
		Manual:    manual,
		Window:    c.Window,
		Trace:     c.Trace,
		Recorder:  c.Story.Recorder(),
	})
}

// run calls run, which is edo.Run, with an option for d.
func (c Config) run(d *simulated.Driver, run func(edo.RunOption) error) error {
	c.Runtime.Workers = 0
	c.Runtime.CurrentThread = true
	c.Runtime.SetDriver(d)
	err := run(edo.WithConfig(c.Runtime))
	if stall := (*edo.StallError)(nil); errors.As(err, &stall) && d.HasStalledByHold() {
		err = errors.Join(err, errHeldClock)
	}
	if r, ok := d.Strategy().(*replay); ok {
		if misfit := r.misfit(c.Seed, "", ""); misfit != nil {
			return errors.Join(err, misfit)
		}
	}
	return err
}

var errHeldClock = errors.New("sim: timers are set, and the clock is held: it moves in sim.Advance alone, " +
	"which a task calls, and by itself after sim.ReleaseClock")

// An Option configures [Run].
type Option struct{ config Config }

// WithConfig makes Run use c, except its seed: the seed is the argument of Run.
func WithConfig(c Config) Option { return Option{c} }

// Run runs main as a task in a simulation, and returns when it and every other
// task have ended. Its errors are those of edo.Run. When the tasks cannot end,
// because nothing can happen any more, it cancels them, and the error names them.
//
//edo:spawn RunStep
func Run(seed uint64, main func(task *edo.Task) error, opts ...Option) error {
	return run(seed, opts, func(o edo.RunOption) error { return edo.Run(main, o) })
}

// RunStep is [Run] with the frame of a compiled function for main.
func RunStep[F any, P edo.ErrorFrame[F]](seed uint64, main F, opts ...Option) error {
	return run(seed, opts, func(o edo.RunOption) error { return edo.RunStep[F, P](main, o) })
}

func run(seed uint64, opts []Option, run func(edo.RunOption) error) error {
	var c Config
	if n := len(opts); n != 0 {
		c = opts[n-1].config
	}
	c.Seed = seed
	tell := c.tellStory()
	defer tell()
	return c.run(c.driver(false), run)
}
