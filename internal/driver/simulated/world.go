package simulated

import (
	"errors"
	"math"
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// A World is a network of several hosts, with links between them that have faults. A driver
// without one has one host and no links.
//
// The lock of the network guards it. Its events happen in [Driver.Wait], between two polls, when
// the clock comes to them.
type World struct {
	driver   *Driver
	net      *network
	config   WorldConfig
	outside  *Host // of the tasks that belong to no host
	hosts    []*Host
	links    map[way]*link
	names    map[string][]netip.Addr
	barriers []*Barrier
	rule     func(Datagram) bool
	asking   atomic.Uintptr // the goroutine that asks the rule; or 0
	events   events
	aside    aside
}

// way is the direction of a link.
type way struct{ from, to *Host }

// WorldConfig has the settings of a World.
type WorldConfig struct {
	Here   func() *Host  // the host of the calling task; nil: of none
	Inside func() bool   // whether the goroutine of the runtime calls
	Link   Link          // of two hosts that have no other
	Window int           // bytes in one direction of a connection; 0: as without a World
	Pieces bool          // a read or a write passes a part, by the seed
	Idle   func() bool   // called when no task is runnable; true: one is now. Or nil
	Accept time.Duration // how long a connection may take to come to Accept
}

// Datagram is what a rule decides about: a datagram of UDP, or a segment of a connection.
type Datagram struct {
	From, To            *Host
	Network             string
	Source, Destination netip.AddrPort
	Data                []byte
}

// NewWorld gives the driver a World, unless it has one: then the result is nil. The addresses of
// the tasks that belong to no host is outside.
func (d *Driver) NewWorld(c WorldConfig, outside netip.Addr) *World {
	n := &d.net
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.world != nil {
		return nil
	}
	if c.Window == 0 {
		c.Window = n.window
	}
	w := &World{driver: d, net: n, config: c, links: map[way]*link{}, names: map[string][]netip.Addr{}}
	w.aside.random = rand.NewPCG(d.Rand(), asideStream)
	w.outside = newHost("outside", outside)
	w.outside.isUp = true
	n.world = w
	d.world.Store(w)
	return w
}

// lock takes the lock of the network, and returns what gives it back. A rule that calls it would wait
// for itself.
func (w *World) lock() (unlock func()) {
	if w.isAsking() {
		panic(errors.New("world: a rule of Filter changes the network: it must call World.At for that"))
	}
	w.net.mu.Lock()
	return w.net.mu.Unlock
}

// isAsking reports whether the calling goroutine is in a rule.
func (w *World) isAsking() bool {
	at := w.asking.Load()
	return at != 0 && at == gid.Get()
}

// aside draws for goroutines beside that of the runtime, which may be at a choice of its own: they
// are no part of the schedule.
type aside struct {
	mu     sync.Mutex // guards random
	random *rand.PCG
}

// asideStream is the constant of the stream of these numbers: one half of the state of a PCG.
const asideStream = 0x61736964655f7321

// draw returns a number from 0 to n-1 that the seed decides. 0 is the case without a fault.
func (w *World) draw(n int) int {
	if n <= 1 {
		return 0
	}
	if !w.config.Inside() {
		w.aside.mu.Lock()
		defer w.aside.mu.Unlock()
		return int(w.aside.random.Uint64() % uint64(n))
	}
	return w.driver.Draw(n)
}

// dieSides is how fine a probability is.
const dieSides = 1 << 20

// happens throws a die.
func (w *World) happens(probability float64) bool {
	return probability > 0 && w.draw(dieSides) >= dieSides-int(probability*dieSides)
}

// upTo returns a time from 0 to most.
func (w *World) upTo(most time.Duration) time.Duration {
	if most <= 0 {
		return 0
	}
	return Share(most, w.draw(dieSides), dieSides-1)
}

// Share returns d·n/of, also where d·n is too long. None of them is negative.
func Share(d time.Duration, n, of int) time.Duration {
	high, low := bits.Mul64(uint64(d), uint64(n))
	if high >= uint64(of) {
		return math.MaxInt64
	}
	q, _ := bits.Div64(high, low, uint64(of))
	return time.Duration(min(q, math.MaxInt64))
}

// Draw is draw, for package world, and Happens throws a die.
func (w *World) Draw(n int) int                   { return w.draw(n) }
func (w *World) Happens(probability float64) bool { return w.happens(probability) }

// here returns the host of the calling task; nil without a World. The lock is held.
func (n *network) here() *Host {
	w := n.world
	if w == nil {
		return nil
	}
	if h := w.config.Here(); h != nil {
		return h
	}
	return w.outside
}

// hostAt returns the host that an address belongs to, as a host sees it; nil without a World.
// found is false when no host has it.
func (n *network) hostAt(from *Host, ip netip.Addr) (at *Host, found bool) {
	w := n.world
	switch {
	case w == nil:
		return nil, true
	case ip.IsLoopback() || ip.IsUnspecified() || ip == from.addr:
		return from, true
	case ip == w.outside.addr:
		return w.outside, true
	}
	for _, h := range w.hosts {
		if h.addr == ip {
			return h, true
		}
	}
	return nil, false
}

// At has fn called when the clock comes to an instant, between two polls, without the lock.
func (w *World) At(at int64, fn func()) {
	if !w.isAsking() {
		defer w.lock()()
	}
	w.events.add(&event{at: at, lane: w, fn: fn, isFree: true})
}

// after has fn called after a delay, with the lock: at once if there is none.
func (w *World) after(delay time.Duration, fn func()) *event {
	if delay <= 0 {
		fn()
		return nil
	}
	e := &event{at: sched.After(w.driver.Now(), delay), fn: fn}
	w.events.add(e)
	return e
}

// until returns the earlier of a deadline and the next event.
func (w *World) until(deadline int64) int64 {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	return min(deadline, w.events.next())
}

// run has the events happen whose instants have come. Tasks may run before some of them: those that
// the ones before have woken, and those whose timers are due, which hasTimers says.
func (w *World) run(hasTimers bool) {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	for mayStay := hasTimers; ; mayStay = true {
		e := w.events.take(w.driver.Now(), mayStay, w.drawOrder)
		switch {
		case e == nil:
			return
		case e.isFree:
			w.net.callUnlocked(e.fn)
		default:
			e.fn()
		}
	}
}

// callUnlocked calls fn without mu, which is held before and afterwards, also when fn does not return.
func (n *network) callUnlocked(fn func()) {
	n.mu.Unlock()
	defer n.mu.Lock()
	fn()
}

// drawOrder draws which of n things happens next. In the quiet order it is the one that came first.
func (w *World) drawOrder(n int) int {
	if w.driver.quiet {
		return 0
	}
	return w.draw(n)
}

// SetName gives the resolver a name for addresses; none: the name is gone.
func (w *World) SetName(name string, addrs []netip.Addr) {
	defer w.lock()()
	if len(addrs) == 0 {
		delete(w.names, name)
	} else {
		w.names[name] = addrs
	}
}

// LookUp returns the addresses of a name. ok is false without a World: then names are those of
// the machine.
func (d *Driver) LookUp(name string) (addrs []netip.Addr, ok bool) {
	w := d.world.Load()
	if w == nil {
		return nil, false
	}
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	return slices.Clone(w.names[name]), true
}
