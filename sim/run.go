package sim

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver/simulated"
)

// Config says how a simulation is made. The zero value works.
type Config struct {
	// Seed decides what runs when, and every random number.
	Seed uint64

	// Start is the time that the clock shows at first. Zero means midnight of
	// 2000-01-01, UTC.
	Start time.Time

	// HoldClock keeps the clock from jumping by itself: time goes by in
	// [Sim.Advance] alone. When nobody steps the simulation, tasks that wait for
	// time wait for ever, and that is an error.
	HoldClock bool

	// Window is how many bytes a connection holds in one direction before its
	// writer has to wait. Zero means 64 KiB.
	Window int

	// Trace is told each choice between several runnable tasks: how many there
	// were, and which was taken. It is called between polls, on the worker.
	Trace func(n, chosen int)

	// Runtime is the rest, such as OnError. There is always one worker.
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

// run runs main on d and returns what edo.Run does.
func (c Config) run(d *simulated.Driver, main func(task *edo.Task) error) error {
	c.Runtime.Workers = 0
	c.Runtime.CurrentThread = true
	return edo.Run(main, edo.WithConfig(c.Runtime.WithDriver(internal.Key{}, d)))
}

// An Option changes how [Run] runs.
type Option func(*Config)

// WithConfig makes Run simulate as c says, but for the seed, which is Run's.
func WithConfig(c Config) Option {
	return func(o *Config) {
		seed := o.Seed
		*o = c
		o.Seed = seed
	}
}

// Run runs main as a task in a simulation, and returns when it and every other
// task have ended, like edo.Run, whose errors it returns. When they cannot end,
// because nothing can happen any more, it cancels them, and the error says which
// they were.
func Run(seed uint64, main func(task *edo.Task) error, opts ...Option) error {
	c := Config{Seed: seed}
	for _, o := range opts {
		o(&c)
	}
	return c.run(c.driver(false), main)
}
