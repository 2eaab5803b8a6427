package world

import (
	"time"

	"github.com/edo-go/edo/internal/driver/simulated"
)

// Faults are faults that the seed draws, see [World.Faults]. The numbers are weights: a fault with
// twice the weight comes twice as often. In the quiet schedule none comes.
type Faults struct {
	Hosts []*Host       // that have faults; nil: all
	Every time.Duration // the mean time from one fault to the next; 0: a second
	Lasts time.Duration // the mean time for which one lasts; 0: a second
	For   time.Duration // for how long faults begin; 0: until they are stopped
	Down  int           // how many hosts may be down at the same time; 0: one

	Crashes    int // a host loses its power, and is started again
	Kills      int // its program ends, and is started again
	Pauses     int // a host stands still
	Partitions int // the hosts are divided into two groups
	Cuts       int // the way from one host to another is cut
	Clocks     int // a clock is set to another time, up to Lasts away, and runs up to 1 % too fast or slow
	Aborts     int // a task that waits is aborted, as by its handle
}

// kinds returns the kinds of faults with their weights.
func (f *Faults) kinds() []int {
	return []int{f.Crashes, f.Kills, f.Pauses, f.Partitions, f.Cuts, f.Clocks, f.Aborts}
}

const (
	crashes = iota
	kills
	pauses
	partitions
	cuts
	clocks
	aborts
)

// Faults makes faults from now on, until stop is called, the time is over, or the task ends that
// has made w. stop undoes those that last. Without a limit of time the clock never stands still
// for good, so a deadlock of the program is not noticed: give one.
func (w *World) Faults(f Faults) (stop func()) {
	if err := f.check(); err != nil {
		panic(err)
	}
	if f.Hosts == nil {
		f.Hosts = w.Hosts()
	}
	if f.Every <= 0 {
		f.Every = time.Second
	}
	if f.Lasts <= 0 {
		f.Lasts = time.Second
	}
	p := &plan{world: w, faults: f, undo: map[int]func(){}}
	if f.For > 0 {
		p.until = w.Now() + f.For
	}
	p.next()
	return p.stop
}

// plan is what goes on of one call of Faults.
type plan struct {
	world  *World
	faults Faults
	until  time.Duration // 0: for ever
	isOver bool
	made   int
	undo   map[int]func() // of the faults that last, by number
	down   int            // hosts that are down
}

// around returns a time whose mean is d. The quiet one is the longest.
func (p *plan) around(d time.Duration) time.Duration {
	const steps = 1 << 16
	return simulated.Share(d, 2*steps-p.world.inner.Draw(2*steps), steps)
}

// aside returns a number from -most to most. The quiet one is 0.
func (p *plan) aside(most int) int {
	n := p.world.inner.Draw(2*most + 1)
	if n%2 == 1 {
		return (n + 1) / 2
	}
	return -n / 2
}

// next plans the next fault.
func (p *plan) next() {
	at := p.world.in(p.around(p.faults.Every))
	if p.until != 0 && at > p.until {
		return
	}
	p.world.At(at, func() {
		if !p.isOver {
			p.fault()
			p.next()
		}
	})
}

// lasts makes a fault end by undo, later or when all faults end.
func (p *plan) lasts(undo func()) {
	p.made++
	n := p.made
	p.undo[n] = undo
	p.world.At(p.world.in(p.around(p.faults.Lasts)), func() {
		if undo := p.undo[n]; undo != nil {
			delete(p.undo, n)
			undo()
		}
	})
}

// stop ends all faults.
func (p *plan) stop() {
	p.isOver = true
	for n := 1; n <= p.made; n++ {
		if undo := p.undo[n]; undo != nil {
			delete(p.undo, n)
			undo()
		}
	}
}

// drawHost returns one of the hosts.
func (p *plan) drawHost() *Host { return p.faults.Hosts[p.world.inner.Draw(len(p.faults.Hosts))] }

// fault makes one fault, or none, if the host that is drawn is down.
func (p *plan) fault() {
	if len(p.faults.Hosts) == 0 {
		return
	}
	h, kind := p.drawHost(), p.draw()
	if !p.comes() {
		return
	}
	switch {
	case kind == partitions:
		p.partition()
	case kind == cuts:
		p.cut(h)
	case !h.isUp:
	case kind == crashes, kind == kills:
		p.fell(h, kind)
	case kind == pauses && !h.Paused():
		h.setPause(h.pause, true)
		life := h.life
		p.lasts(func() {
			if h.life == life {
				h.setPause(h.pause, false)
			}
		})
	case kind == clocks && !h.astray:
		const steps = 1 << 10
		ahead := simulated.Share(p.faults.Lasts, steps+p.aside(steps), steps) - p.faults.Lasts
		h.misleadClock(ahead, float64(p.aside(steps))/steps/100)
		p.lasts(h.rightClock)
	case kind == aborts:
		h.abortOne()
	}
}

// comes is true but for the quiet outcome, which the seed hardly ever draws: so a schedule without a fault is the
// one in which it draws that, and all else stays as it was.
func (p *plan) comes() bool { return p.world.inner.Draw(1<<20) != 0 }

// draw draws a kind of fault; -1: there is none.
func (p *plan) draw() int {
	sum := 0
	for _, n := range p.faults.kinds() {
		sum += n
	}
	if sum == 0 {
		return -1
	}
	at := p.world.inner.Draw(sum)
	for kind, n := range p.faults.kinds() {
		if at -= n; at < 0 {
			return kind
		}
	}
	return -1
}

// fell crashes or kills a host, and starts it again later.
func (p *plan) fell(h *Host, kind int) {
	if p.down >= max(p.faults.Down, 1) {
		return
	}
	switch {
	case kind == kills:
		h.Kill()
	case p.world.inner.Draw(2) == 1:
		h.Crash(Reset)
	default:
		h.Crash(Silent)
	}
	p.down++
	p.lasts(func() {
		p.down--
		if !h.isUp {
			h.Restart()
		}
	})
}

// partition divides the hosts into two groups.
func (p *plan) partition() {
	var groups [2][]*Host
	for _, h := range p.faults.Hosts {
		i := p.world.inner.Draw(2)
		groups[i] = append(groups[i], h)
	}
	p.raise(newPartition(groups[:]))
}

// cut cuts the way from a host to another.
func (p *plan) cut(from *Host) {
	if to := p.drawHost(); to != from {
		p.raise(simulated.NewCut(from.inner, to.inner))
	}
}

// raise makes a barrier that lasts.
func (p *plan) raise(b *simulated.Barrier) {
	p.world.inner.Raise(b)
	p.lasts(func() { p.world.inner.Lower(b) })
}
