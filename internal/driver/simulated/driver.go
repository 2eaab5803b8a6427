package simulated

import (
	"math/bits"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Config has the settings of a simulation. The zero value works.
type Config struct {
	// Seed decides every choice and every random number.
	Seed uint64

	// Start is the wall-clock time at instant 0. Zero means midnight of
	// 2000-01-01, UTC.
	Start time.Time

	// HoldClock keeps the clock from moving by itself: only Advance moves it. Without a
	// controller, a program that waits for time has then stalled.
	HoldClock bool

	// Manual holds the program before its first poll, for a controller to step.
	Manual bool

	// Window is how many bytes one direction of a connection holds before its
	// writer has to wait. Zero means 64 KiB.
	Window int

	// Trace is called for each choice between several tasks, with their number and the
	// index of the chosen one. The goroutine that runs the program calls it.
	Trace func(n, chosen int)
}

// Driver is the simulated driver. The goroutine of the runtime runs it. Reads and writes
// of the network, the clock and Rand take locks and may be called from any goroutine,
// because blocking tasks call them; so may the methods that say so.
type Driver struct {
	start  time.Time
	trace  func(n, chosen int)
	hold   bool
	choice *rand.PCG // the runtime's goroutine alone
	net    network

	now atomic.Int64 // written under mu

	mu       sync.Mutex // guards the following; the innermost lock of all
	change   sync.Cond  // any of the following has changed
	random   *rand.PCG
	phase    phase // of the goroutine of the runtime
	manual   bool  // a controller decides how far that goroutine runs
	step     bool  // it may poll once
	free     bool  // it may poll without limit
	woken    bool  // Wake was called, and has not ended a Wait yet
	target   int64 // instant to which Advance moves the clock
	blocking int   // number of blocking tasks that run
	patience time.Duration
	blocked  func() // called once, when only blocking tasks have run for patience

	world  atomic.Pointer[World] // nil: there is one host
	points map[uintptr]bool      // see Point; the runtime's goroutine alone
}

var _ driver.Driver = (*Driver)(nil)

// The constants of the two streams that one seed makes. Each is one half of the state of
// a PCG.
const (
	choiceStream = 0x9e3779b97f4a7c15
	randomStream = 0xd1b54a32d192ed03
)

// New returns a driver whose clock is at 0.
func New(c Config) *Driver {
	if c.Start.IsZero() {
		c.Start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if c.Window == 0 {
		c.Window = 64 << 10
	}
	d := &Driver{
		start:  c.Start,
		trace:  c.Trace,
		hold:   c.HoldClock,
		manual: c.Manual,
		choice: rand.NewPCG(c.Seed, choiceStream),
		random: rand.NewPCG(c.Seed, randomStream),
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

// Rand returns the next random number of the seed.
func (d *Driver) Rand() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.random.Uint64()
}

// Seeded reports that Choose decides which task runs next.
func (d *Driver) Seeded() bool { return true }

// Registered is false: the network wakes its waiters itself.
func (d *Driver) Registered() bool { return false }

// Look finds nothing, for the same reason.
func (d *Driver) Look(*sched.Context) bool { return false }

// draw returns a number from 0 to n-1. A seed that was kept must give the same run under
// every version of Go. Go promises that for PCG itself, and not for the functions built on
// it, so draw does not use them. Its bias is n in 2^64.
func (d *Driver) draw(n int) int {
	if n == 1 {
		return 0
	}
	hi, _ := bits.Mul64(d.choice.Uint64(), uint64(n))
	if d.trace != nil {
		d.trace(n, int(hi))
	}
	return int(hi)
}

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
