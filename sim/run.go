package sim

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver/simulated"
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
	Window int

	// Trace is called for each choice between several runnable tasks, with their number
	// and the index of the chosen one. It is called between polls, on the worker.
	Trace func(n, chosen int)

	// Runtime configures the runtime, for example OnError. There is always one worker.
	Runtime edo.Config
}

func (c Config) driver(manual bool) *simulated.Driver {
	return simulated.New(simulated.Config{
		Seed:      c.Seed,
		Start:     c.Start,
		HoldClock: c.HoldClock,
		Manual:    manual,
		Window:    c.Window,
		Trace:     c.Trace,
	})
}

// run calls run, which is edo.Run, with an option for d.
func (c Config) run(d *simulated.Driver, run func(edo.RunOption) error) error {
	c.Runtime.Workers = 0
	c.Runtime.CurrentThread = true
	c.Runtime.SetDriver(d)
	return run(edo.WithConfig(c.Runtime))
}

// An Option configures [Run].
type Option struct{ apply func(*Config) }

// WithConfig makes Run use c, except its seed: the seed is the argument of Run.
func WithConfig(c Config) Option {
	return Option{func(o *Config) {
		seed := o.Seed
		*o = c
		o.Seed = seed
	}}
}

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
	c := Config{Seed: seed}
	for _, o := range opts {
		o.apply(&c)
	}
	return c.run(c.driver(false), run)
}
