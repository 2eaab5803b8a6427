package world

import (
	"errors"
	"net/netip"
	"runtime/debug"
	"slices"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/driver/simulated"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/sim/disk"
)

// Config configures a [World]. The zero value is a network without faults.
type Config struct {
	// Link is that of each pair of hosts that has no other.
	Link Link

	// Disk is that of each host. Its source of random numbers and its clock are the world's.
	Disk disk.Config

	// Window is how many bytes one direction of a connection holds before its writer has to
	// wait. Zero means that of the simulation.
	Window int

	// Pieces makes a Read or Write pass a part of the bytes now and then.
	Pieces bool

	// Accept is how long a connection may take to come to Accept, in addition to the link.
	Accept time.Duration
}

// World is the hosts of a simulation, and the network between them.
type World struct {
	config  Config
	rt      *core.Runtime
	driver  simulation
	inner   *simulated.World
	spawner edo.Spawner
	hosts   []*Host
	names   map[string]bool // of the hosts
	ended   bool
	aborts  aborting

	partition *simulated.Barrier // of Partition; nil: there was none
}

// simulation is what a World needs of the driver.
type simulation interface {
	NewWorld(c simulated.WorldConfig, outside netip.Addr) *simulated.World
	Now() int64
	Time(at int64) time.Time
}

var (
	errNoSimulation = errors.New("world: New outside of a simulation: call it in a function that sim.Run or a sim.Sim runs")
	errNoTask       = errors.New("world: New outside of a task of the simulation: give it the Task of the function that directs the test")
	errSecond       = errors.New("world: a second World in one simulation: use one, with all hosts")
)

// outside is the address of the tasks that belong to no host.
var outside = netip.AddrFrom4([4]byte{10, 255, 255, 254})

// New makes the World of a simulation, which has one. It is called in a task, the one that directs
// the test; when that ends, the World is closed.
//
//edo:nowait
func New(s edo.Spawner, c Config) (*World, error) {
	src := inside.Source(s)
	if src.Err != nil {
		return nil, src.Err
	}
	d, ok := src.Rt.Driver.(simulation)
	if !ok {
		return nil, errNoSimulation
	}
	if src.Cx == nil || src.Cx.External() || core.HeadOf(src.Cx.Root()) == nil {
		return nil, errNoTask
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	w := &World{config: c, rt: src.Rt, driver: d, names: map[string]bool{}}
	w.inner = d.NewWorld(simulated.WorldConfig{
		Here:   w.hereInside,
		Inside: func() bool { return w.rt.Sched.OnGoroutine(gid.Get()) },
		Idle:   w.aborts.idle,
		Link:   simulated.Link(c.Link), Window: c.Window, Pieces: c.Pieces, Accept: c.Accept,
	}, outside)
	if w.inner == nil {
		return nil, errSecond
	}
	w.spawner = core.Hooks.Spawner(&core.Spawning{From: source{src.Rt}}).(edo.Spawner)
	core.HeadOf(src.Cx.Root()).MakeExtra().AddBond(&ending{world: w})
	return w, nil
}

// source is where the programs of the hosts are spawned from: not from the task that starts them.
type source struct{ rt *core.Runtime }

func (s source) Source() core.Source { return core.Source{Rt: s.rt} }

// ending is the bond of the task that has made a World.
type ending struct {
	core.Link
	world *World
}

func (*ending) Tie(*sched.Task, *core.Runtime) error { return nil }
func (*ending) Failed(*sched.Task, error) core.Claim { return core.Unclaimed }
func (e *ending) Untie(*sched.Task)                  { e.world.Close() }

// Close ends all hosts without a trace: none of their code runs any more. It is called when the
// task ends that has made w, and may be called before that, and twice.
func (w *World) Close() {
	w.ended = true
	for _, h := range w.hosts {
		h.Crash(Silent)
	}
}

// Hosts returns the hosts, in the order in which they were made.
func (w *World) Hosts() []*Host { return slices.Clone(w.hosts) }

// Name gives the resolver a name for the addresses of hosts, in addition to those of the hosts
// themselves; without hosts the name is gone. The resolver knows no other names, and never asks
// that of the machine.
func (w *World) Name(name string, hosts ...*Host) {
	addrs := make([]netip.Addr, len(hosts))
	for i, h := range hosts {
		addrs[i] = h.Addr()
	}
	w.inner.SetName(name, addrs)
}

// At has fn called when the simulation has run for d, between two polls: it may change the world,
// and must not wait. If that time has passed, fn is called when the clock moves next. If it panics, or ends
// its goroutine, the run fails with that.
func (w *World) At(d time.Duration, fn func()) {
	w.inner.At(int64(d), func() {
		if !w.ended {
			returned := false
			defer w.rescue("world: a function of At", &returned)
			fn()
			returned = true
		}
	})
}

// rescue is deferred around a function of the program: if that did not return, the run fails. A
// runtime.Goexit goes on, and ends the goroutine.
func (w *World) rescue(what string, returned *bool) {
	if !*returned {
		w.rt.EndBy(what, recover(), debug.Stack())
	}
}

// Now returns how long the simulation has run, by a clock that is always right.
func (w *World) Now() time.Duration { return time.Duration(w.driver.Now()) }

// in returns the instant that comes after d.
func (w *World) in(d time.Duration) time.Duration {
	return time.Duration(sched.After(w.driver.Now(), d))
}

// here returns the host of the calling task, or nil.
func (w *World) here() *Host {
	l := w.rt.LifeHere()
	if l == nil {
		return nil
	}
	return l.Of().(*Host)
}

func (w *World) hereInside() *simulated.Host {
	if h := w.here(); h != nil {
		return h.inner
	}
	return nil
}

// Here returns the host that the calling task belongs to, or nil.
//
//edo:nowait
func Here(s edo.Spawner) *Host {
	src := inside.Source(s)
	if src.Err != nil || !src.Rt.HasLives.Load() {
		return nil
	}
	if l := src.Rt.LifeHere(); l != nil {
		return l.Of().(*Host)
	}
	return nil
}

// random returns 64 bits that the seed decides.
func (w *World) random() uint64 {
	const half = 1 << 31
	return uint64(w.inner.Draw(half))<<33 ^ uint64(w.inner.Draw(half))<<11 ^ uint64(w.inner.Draw(half))>>9
}
