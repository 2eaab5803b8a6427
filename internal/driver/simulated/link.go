package simulated

import (
	"net/netip"
	"slices"
	"time"

	"github.com/edo-go/edo/internal/gid"
)

// A Link is what the way from one host to another does. The zero Link takes no time and loses
// nothing.
type Link struct {
	Latency   time.Duration
	Jitter    time.Duration // at most so much is added to Latency
	Loss      float64       // the probability that a datagram, or a segment of a connection, is lost
	Reorder   float64       // that a datagram is overtaken by later ones
	Duplicate float64       // that a datagram arrives twice
	Bandwidth int           // bytes in a second; 0: no limit
}

// link is a Link with what is on it.
type link struct {
	Link
	isOwn bool  // it was set, and is not that of all
	isCut bool  // by SetCut
	free  int64 // the instant at which the last byte has left

	holds bool
	held  []func() // what would have arrived, in order
}

// SetLink sets what the way from one host to another does.
func (w *World) SetLink(from, to *Host, l Link) {
	defer w.lock()()
	at := w.link(from, to)
	at.Link, at.isOwn = l, true
}

// SetCut cuts a way, or joins it.
func (w *World) SetCut(from, to *Host, isCut bool) {
	defer w.lock()()
	l := w.link(from, to)
	if l.isCut != isCut {
		w.Happened(nil, "the way from %s to %s is %s", from.name, to.name, map[bool]string{true: "cut", false: "joined"}[isCut])
	}
	l.isCut = isCut
	w.suspectCut()
}

// SetHold keeps what arrives on a way from now on, or lets all of it arrive.
func (w *World) SetHold(from, to *Host, holds bool) {
	defer w.lock()()
	l := w.link(from, to)
	if l.holds != holds {
		w.Happened(nil, "what is sent from %s to %s %s", from.name, to.name, map[bool]string{true: "waits on its way", false: "arrives again"}[holds])
	}
	l.holds = holds
	for !l.holds && len(l.held) != 0 {
		arrive := l.held[0]
		l.held = l.held[1:]
		arrive()
	}
}

// travel has arrive called when n bytes have come from one host to another, late by more.
func (w *World) travel(from, to *Host, n int, more time.Duration, arrive func()) {
	l := w.link(from, to)
	e := w.after(w.delay(from, to, n)+more, func() {
		if l.holds {
			l.held = append(l.held, arrive)
			return
		}
		arrive()
	})
	if e != nil {
		e.lane = l
	}
}

// A Barrier is what keeps hosts from each other, beside SetCut: a partition, or the cut of a way.
type Barrier struct {
	groups map[*Host]int // hosts of different groups do not reach each other
	way    way           // or nothing comes on it
}

// separates reports whether nothing comes from one host to another.
func (b *Barrier) separates(from, to *Host) bool {
	if b.groups == nil {
		return b.way == way{from, to}
	}
	one, other := b.groups[from], b.groups[to]
	return one != 0 && other != 0 && one != other
}

// NewPartition makes a barrier between groups of hosts. A host that is in no group reaches all.
func NewPartition(groups [][]*Host) *Barrier {
	b := &Barrier{groups: map[*Host]int{}}
	for i, g := range groups {
		for _, h := range g {
			b.groups[h] = i + 1
		}
	}
	return b
}

// NewCut makes a barrier on the way from one host to another.
func NewCut(from, to *Host) *Barrier { return &Barrier{way: way{from, to}} }

// Raise adds a barrier to those that there are.
func (w *World) Raise(b *Barrier) {
	defer w.lock()()
	w.barriers = append(w.barriers, b)
	w.tellBarrier(b, "begins")
	w.suspectCut()
}

// Lower takes a barrier away, unless Heal has.
func (w *World) Lower(b *Barrier) {
	defer w.lock()()
	if i := slices.Index(w.barriers, b); i >= 0 {
		w.barriers = slices.Delete(w.barriers, i, i+1)
		w.tellBarrier(b, "ends")
	}
}

func (w *World) tellBarrier(b *Barrier, what string) {
	if b.groups == nil {
		what = map[string]string{"begins": "is cut", "ends": "is joined"}[what]
	}
	if w.historian() != nil {
		w.Happened(nil, "%s %s", b.describe(w.hosts), what)
	}
}

// Heal joins all that was cut.
func (w *World) Heal() {
	defer w.lock()()
	w.Happened(nil, "all ways are joined")
	w.barriers = nil
	for _, l := range w.links { // each is changed alone: the order does not matter
		l.isCut = false
	}
}

// SetRule sets what decides about each datagram and segment; nil: nothing does.
func (w *World) SetRule(rule func(Datagram) bool) {
	defer w.lock()()
	w.rule = rule
}

// link returns the way from one host to another.
func (w *World) link(from, to *Host) *link {
	l := w.links[way{from, to}]
	if l == nil {
		l = &link{}
		w.links[way{from, to}] = l
	}
	if !l.isOwn && from != w.outside && to != w.outside {
		l.Link = w.config.Link
	}
	return l
}

// isCut reports whether nothing comes from one host to another.
func (w *World) isCut(from, to *Host) bool {
	return w.link(from, to).isCut || slices.ContainsFunc(w.barriers, func(b *Barrier) bool { return b.separates(from, to) })
}

// passes reports whether a datagram or a segment is not lost on its way from one host to another. d
// returns it: it is called if there is a rule.
func (w *World) passes(from, to *Host, d func() Datagram) bool {
	switch {
	case w.isCut(from, to):
		w.tellLost(d, "the way is cut")
	case w.rule != nil && !w.ask(d()):
		w.tellLost(d, "a rule says so")
	case w.happens(w.link(from, to).Loss):
		w.tellLost(d, "by chance")
	default:
		return true
	}
	return false
}

// ask asks the rule, which may call At.
func (w *World) ask(d Datagram) bool {
	w.asking.Store(gid.Get())
	defer w.asking.Store(0)
	return w.rule(d)
}

// overhead is how many bytes of heads a datagram has on a link.
const overhead = 40

// delay returns how long n bytes are on their way. They take their turn on a link that has a
// bandwidth.
func (w *World) delay(from, to *Host, n int) time.Duration {
	l := w.link(from, to)
	d := l.Latency + w.upTo(l.Jitter)
	if l.Bandwidth > 0 {
		now := w.driver.Now()
		takes := int64(float64(n+overhead) / float64(l.Bandwidth) * float64(time.Second))
		l.free = max(l.free, now) + takes
		d += time.Duration(l.free - now)
	}
	return d
}

// sendDatagram brings a datagram to another host: arrive is called once, twice, or not at all.
func (w *World) sendDatagram(d Datagram, arrive func()) {
	l := w.link(d.From, d.To)
	copies := 1
	if w.happens(l.Duplicate) {
		copies = 2
		w.Happened(nil, "%v are doubled", d)
	}
	for range copies {
		if !w.passes(d.From, d.To, func() Datagram { return d }) {
			continue
		}
		late := time.Duration(0)
		if w.happens(l.Reorder) {
			late = w.upTo(2*(l.Latency+l.Jitter) + time.Millisecond)
			w.Happened(nil, "%v are late by %v", d, late)
		}
		w.travel(d.From, d.To, len(d.Data), late, func() {
			if !d.To.isUp {
				w.tellLost(func() Datagram { return d }, noPower)
				return
			}
			arrive()
		})
	}
}

// noPower is why something is lost that comes to a host without power.
const noPower = "the host has no power"

func unmapped(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }
