package simulated

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/schedule"
)

// Config has the settings of a simulation. The zero value works.
type Config struct {
	// Seed decides every choice and every random number.
	Seed uint64

	// Start is the wall-clock time at instant 0. Zero means midnight of
	// 2000-01-01, UTC.
	Start time.Time

	// HoldClock keeps the clock from moving by itself, as [Driver.HoldClock] does: only an
	// advance moves it. Without one, and without a controller, a program that waits for time has
	// then stalled.
	HoldClock bool

	// Manual holds the program before its first poll, for a controller to step.
	Manual bool

	// Window is how many bytes one direction of a connection holds before its
	// writer has to wait. Zero means 64 KiB.
	Window int

	// Quiet leaves out the choices at operations that could go on, see [sched.Chooser].
	Quiet bool

	// Kind is how the seed chooses. The mixture is one that the seed draws, and in the quiet
	// order a uniform choice.
	Kind schedule.Kind

	// Strategy chooses in place of the seed, when it is not nil.
	Strategy schedule.Strategy

	// Late is how much later than its deadline a timer may fire at the most.
	Late time.Duration

	// Trace is called for each choice between several tasks, with their number and the
	// index of the chosen one. The goroutine that runs the program calls it.
	Trace func(n, chosen int)

	// Recorder is told what the runtime does; nil: none is.
	Recorder sched.Recorder
}

// Driver is the simulated driver. The goroutine of the runtime runs it. Reads and writes
// of the network, the clock and Rand take locks and may be called from any goroutine,
// because blocking tasks call them; so may the methods that say so.
type Driver struct {
	start time.Time
	maker uintptr
	trace func(n, chosen int)
	quiet bool
	steps bool // a controller steps the program, or has done
	late  int64
	net   network

	// The runtime's goroutine alone:
	seeded   schedule.Seeded
	strategy schedule.Strategy
	recorder sched.Recorder
	watch    Watch  // nil: none
	look     func() // nil: none
	lookAt   int    // before this poll
	polls    int

	now atomic.Int64 // written under mu

	mu        sync.Mutex // guards the following; the innermost lock of all
	change    sync.Cond  // any of the following has changed
	random    rand.PCG
	phase     phase // of the goroutine of the runtime
	manual    bool  // a controller decides how far that goroutine runs
	step      bool  // it may poll once
	free      bool  // it may poll without limit
	woken     bool  // Wake was called, and has not ended a Wait yet
	target    int64 // instant to which Advance moves the clock
	hold      bool  // the clock does not go to a deadline by itself
	isStopped bool  // the program has stalled beside a timer, under a held clock
	advances  []*Advance
	blocking  int // number of blocking tasks that run
	patience  time.Duration
	blocked   func() // called once, when only blocking tasks have run for patience

	world  atomic.Pointer[World] // nil: there is one host
	points map[uintptr]bool      // see Point; the runtime's goroutine alone
}

var (
	_ driver.Driver = (*Driver)(nil)
	_ sched.Chooser = (*Driver)(nil)
)

// randomStream is the constant of the stream of random numbers that a seed makes: one half of
// the state of a PCG. The stream of the choices is that of [schedule.Seeded].
const randomStream = 0xd1b54a32d192ed03

// usualStart is the time of a simulation whose start is not given.
var usualStart = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// New returns a driver whose clock is at 0.
func New(c Config) *Driver {
	if c.Start.IsZero() {
		c.Start = usualStart
	}
	if c.Window == 0 {
		c.Window = 64 << 10
	}
	d := &Driver{
		recorder: c.Recorder,
		maker:    gid.Get(),
		start:    c.Start,
		trace:    c.Trace,
		hold:     c.HoldClock,
		manual:   c.Manual,
		steps:    c.Manual,
		quiet:    c.Quiet,
		late:     int64(c.Late),
	}
	d.random.Seed(c.Seed, randomStream)
	isMixture := c.Kind == schedule.Mixture
	if isMixture && c.Quiet {
		c.Kind = schedule.Uniform
	}
	d.seeded.Init(c.Kind, c.Seed)
	if d.strategy = c.Strategy; d.strategy == nil {
		d.strategy = schedule.Controlled(&d.seeded, isMixture)
	}
	d.change.L = &d.mu
	d.net.init(c.Window)
	return d
}

// Now returns the present instant. It may be called from any goroutine.
func (d *Driver) Now() int64 { return d.now.Load() }

// Time returns the wall-clock time at an instant, as the clock of the calling task's host shows it.
func (d *Driver) Time(at int64) time.Time {
	if w := d.world.Load(); w != nil {
		at = w.clock(at)
	}
	return d.start.Add(time.Duration(at))
}

// Wall returns what the clock of the calling task's host shows.
func (d *Driver) Wall() time.Time { return d.Time(d.Now()) }

// Rand returns the next random number of the seed.
func (d *Driver) Rand() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.random.Uint64()
}

// Maker returns the goroutine that has called New: what it makes for the program belongs to that.
func (d *Driver) Maker() uintptr { return d.maker }

// Recorder returns the recorder, or nil.
func (d *Driver) Recorder() sched.Recorder { return d.recorder }

// Seeded reports that Choose decides which task runs next.
func (d *Driver) Seeded() bool { return true }

// Registered is false: the network wakes its waiters itself.
func (d *Driver) Registered() bool { return false }

// Look finds nothing, for the same reason.
func (d *Driver) Look(*sched.Context) bool { return false }

// Close ends the network: from then on every operation returns net.ErrClosed. A
// controller that waits goes on. Close may be called twice. It wakes no task, because all
// have ended.
func (d *Driver) Close() error {
	d.net.close()
	d.mu.Lock()
	d.phase = ended
	d.change.Broadcast()
	d.mu.Unlock()
	return nil
}
