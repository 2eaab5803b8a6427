package world

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/driver/simulated"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/sim/disk"
)

// A Host is a machine: it has a name, an address, a disk, a clock, and runs one program at a time,
// whose tasks are the main function and all that these spawn. Its methods do not wait; tasks and
// functions of [World.At] call them.
//
// A task of the host itself may call them too. If it ends its own program, the rest of its poll
// still runs, up to the next operation that waits. A task with a goroutine of its own
// (edo.Blocking) may call Name, Addr and Disk alone.
type Host struct {
	world *World
	inner *simulated.Host
	disk  *disk.Disk
	start func(opts ...edo.SpawnOption) finisher
	life  *core.Life // of the present program, or the last one
	main  finisher
	clock setting // by the test

	pause    bool // by the test
	stalled  bool // by a fault
	astray   bool // a fault has set the clock
	hasPower bool // without it there is no program
	isUp     bool // there is a program
}

// finisher is the part of a handle that a Host needs.
type finisher interface{ Finished() bool }

// Farewell is what the other ends of the connections of a host see when it crashes.
type Farewell uint8

const (
	// Silent: nothing, until they write, or a probe of keep-alive finds out.
	Silent Farewell = iota
	// Reset: they are reset, as far as the network lets that pass.
	Reset
)

// Host makes a host with a name, and starts main as its program. It panics if main is nil, and if the name is empty, or
// that of another host: that would not be reached by it any more. The addresses of hosts are
// 10.0.0.1, 10.0.0.2 and so on, and the resolver knows the name. An error of main is one of the
// run, as that of any task that is not joined.
//
// The program ends as one under [edo.Run] does: when main and all other tasks of the host have ended,
// but daemons. Then the machine, which still has power, closes what the program had open: the other end of a
// connection sees the end of the data, or a reset if the program has left some unread; datagrams find no socket,
// and open files fail.
//
//edo:spawn HostStep
func (w *World) Host(name string, main func(task *edo.Task) error) *Host {
	if main == nil {
		panic(fmt.Errorf("world: the host %q has no program: one that does nothing waits, as by Task.Cancelled", name))
	}
	return w.newHost(name, func(opts ...edo.SpawnOption) finisher { return edo.Go(w.spawner, main, opts...) })
}

// HostStep is [World.Host] of w with the frame of a compiled function, which is copied for each
// start.
func HostStep[F any, P edo.ErrorFrame[F]](w *World, name string, main F) *Host {
	return w.newHost(name, func(opts ...edo.SpawnOption) finisher { return edo.GoStep[F, P](w.spawner, main, opts...) })
}

// mostHosts is how many hosts have addresses.
const mostHosts = 1 << 16

func (w *World) newHost(name string, start func(opts ...edo.SpawnOption) finisher) *Host {
	n := len(w.hosts) + 1
	switch {
	case n >= mostHosts:
		panic(errors.New("world: too many hosts"))
	case name == "" || w.names[name]:
		panic(fmt.Errorf("world: a host with the name %q: each has a name of its own; World.Name has further names", name))
	}
	w.names[name] = true
	addr := netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)})
	c := w.config.Disk
	c.Rand = w.random
	h := &Host{world: w, inner: w.inner.AddHost(name, addr), start: start}
	c.Now = func() time.Time { return w.driver.Time(w.driver.Now()) }
	told := c.Fault
	c.Fault = func(what string) {
		if w.ended {
			return
		}
		w.inner.Happened(h.inner, "%s", what)
		if told != nil {
			told(what)
		}
	}
	h.disk = disk.New(c)
	w.hosts = append(w.hosts, h)
	h.begin()
	return h
}

// begin starts the program.
func (h *Host) begin() {
	if h.world.ended {
		return
	}
	h.world.inner.Start(h.inner)
	h.hasPower, h.isUp, h.pause, h.stalled = true, true, false, false
	var life *core.Life
	life = core.NewLife(h.world.rt, h, func() { h.ends(life) })
	h.life = life
	h.world.inner.Happened(h.inner, "starts its program")
	h.main = h.start(edo.Name(h.Name()), inside.SpawnOption(h.life.Option()))
}

// ends is called when the tasks of a program have ended.
func (h *Host) ends(life *core.Life) {
	if h.world.rt.Sched.OnGoroutine(gid.Get()) {
		h.exit(life)
	} else { // of a task with a goroutine of its own
		h.world.inner.At(h.world.driver.Now(), func() { h.exit(life) })
	}
}

// exit ends the program, whose tasks have ended: the machine closes what it had open.
func (h *Host) exit(life *core.Life) {
	if !h.isUp || h.life != life || h.world.ended {
		return
	}
	h.isUp = false
	h.world.inner.Happened(h.inner, "its program ends")
	h.life.End(false)
	h.closeAll()
}

// closeAll closes what a program has left open.
func (h *Host) closeAll() {
	h.world.inner.Kill(h.inner)
	h.disk.Kill()
}

// Name returns the name of the host.
func (h *Host) Name() string { return h.inner.Name() }

// Addr returns the address of the host.
func (h *Host) Addr() netip.Addr { return h.inner.Addr() }

// Disk returns the disk of the host, which outlives its programs.
func (h *Host) Disk() *disk.Disk { return h.disk }

// String returns the name of the host, and its address.
func (h *Host) String() string { return fmt.Sprintf("%s (%v)", h.Name(), h.Addr()) }

// Crash takes the power from the host. None of its code runs any more: no task is polled again,
// and no deferred call runs. What its disk had not synced is kept, lost or torn by the seed;
// segments and datagrams that are under way arrive. A host without power stays so.
//
// A task with a goroutine of its own (edo.Blocking) cannot be stopped: it is cancelled.
func (h *Host) Crash(f Farewell) {
	if !h.hasPower {
		return
	}
	if h.isUp {
		h.isUp = false
		h.life.End(!h.world.ended)
	}
	h.hasPower = false
	if !h.world.ended {
		h.world.inner.Happened(h.inner, "loses its power%s", map[Farewell]string{Reset: ", and resets its connections"}[f])
	}
	h.world.inner.Crash(h.inner, f == Reset)
	h.disk.Crash()
}

// Kill ends the program of the host, as Crash does, and not the machine: that closes the
// connections, and loses nothing of what was written to the disk.
func (h *Host) Kill() {
	if !h.isUp {
		return
	}
	h.isUp = false
	h.world.inner.Happened(h.inner, "its program is killed")
	h.life.End(true)
	h.closeAll()
}

// Restart starts the program of the host again, from its main function, with the disk that it has.
// A host that runs crashes first, in silence.
func (h *Host) Restart() {
	if h.isUp {
		h.Crash(Silent)
	}
	h.begin()
}

// Pause stops the tasks of the host: none is polled before [Host.Resume]. Its clock and its
// network go on, and its timers are late.
func (h *Host) Pause() { h.setPause(true, h.stalled) }

// Resume ends a Pause. Pauses of [World.Faults] stay as long as they last.
func (h *Host) Resume() { h.setPause(false, h.stalled) }

// setPause makes the host stand still, for the test or for a fault, or go on.
func (h *Host) setPause(pause, stalled bool) {
	if !h.isUp {
		return
	}
	before := h.Paused()
	h.pause, h.stalled = pause, stalled
	switch now := h.Paused(); {
	case now && !before:
		h.world.inner.Happened(h.inner, "stands still")
		h.life.Pause()
	case before && !now:
		h.world.inner.Happened(h.inner, "goes on")
		h.life.Resume()
	}
}

// Running reports whether the host has power and a task of its program lives, paused or not.
func (h *Host) Running() bool {
	if !h.isUp {
		return false
	}
	if !h.main.Finished() {
		return true
	}
	for range h.life.Tasks {
		return true
	}
	return false
}

// Paused reports whether the host runs and stands still.
func (h *Host) Paused() bool { return h.isUp && (h.pause || h.stalled) }

// SetClock sets the wall clock of the host: it is ahead by offset, and from now on gains drift
// seconds in each second; both may be negative. timer.Now of its tasks shows it. Timers run right:
// they measure time and do not show it. While a fault of [World.Faults] has set the clock, it is what
// the clock comes back to.
func (h *Host) SetClock(offset time.Duration, drift float64) {
	h.clock = setting{offset, drift, h.world.Now()}
	if !h.astray {
		h.showClock(offset, drift)
	}
}

// setting is how a clock was set, and when.
type setting struct {
	offset time.Duration
	drift  float64
	at     time.Duration
}

func (h *Host) showClock(offset time.Duration, drift float64) {
	h.world.inner.Happened(h.inner, "its clock is ahead by %v, and gains %g s in a second", offset, drift)
	h.world.inner.SetClock(h.inner, offset, drift)
}

// misleadClock is SetClock for a fault.
func (h *Host) misleadClock(offset time.Duration, drift float64) {
	h.astray = true
	h.showClock(offset, drift)
}

// rightClock lets the clock show what the test has set.
func (h *Host) rightClock() {
	h.astray = false
	c := h.clock
	h.showClock(c.offset+time.Duration(c.drift*float64(h.world.Now()-c.at)), c.drift)
}

// abortOne aborts one of the tasks of the host that have waited, by the seed.
func (h *Host) abortOne() {
	var all []*sched.Task
	for t := range h.life.Tasks {
		all = append(all, t)
	}
	if len(all) > 0 {
		all[h.world.inner.Draw(len(all))].Cancel()
	}
}
