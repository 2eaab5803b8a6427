package simulated

import (
	"net/netip"
	"time"
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
	cuts  int   // of how many it is cut
	free  int64 // the instant at which the last byte has left

	holds bool
	held  []func() // what would have arrived, in order
}

// SetLink sets what the way from one host to another does.
func (w *World) SetLink(from, to *Host, l Link) {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	at := w.link(from, to)
	at.Link, at.isOwn = l, true
}

// SetCut cuts a way, or joins it.
func (w *World) SetCut(from, to *Host, isCut bool) {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	l := w.link(from, to)
	l.cuts = 0
	if isCut {
		l.cuts = 1
	}
}

// SetHold keeps what arrives on a way from now on, or lets all of it arrive.
func (w *World) SetHold(from, to *Host, holds bool) {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	l := w.link(from, to)
	l.holds = holds
	for !l.holds && len(l.held) != 0 {
		arrive := l.held[0]
		l.held = l.held[1:]
		arrive()
	}
}

// travel has arrive called when n bytes have come from one host to another, late by more.
func (w *World) travel(from, to *Host, n int, more time.Duration, arrive func()) {
	w.after(w.delay(from, to, n)+more, func() {
		if l := w.link(from, to); l.holds {
			l.held = append(l.held, arrive)
			return
		}
		arrive()
	})
}

// Partition divides the hosts. A host that is in no group reaches all.
func (w *World) Partition(groups [][]*Host) {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	w.groups = map[*Host]int{}
	for i, g := range groups {
		for _, h := range g {
			w.groups[h] = i + 1
		}
	}
}

// Heal joins all that was cut.
func (w *World) Heal() {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	w.groups = nil
	for _, l := range w.links { // each is changed alone: the order does not matter
		l.cuts = 0
	}
}

// SetRule sets what decides about each datagram and segment; nil: nothing does.
func (w *World) SetRule(rule func(Datagram) bool) {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
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
	a, b := w.groups[from], w.groups[to]
	return a != 0 && b != 0 && a != b || w.link(from, to).cuts != 0
}

// passes reports whether d is not lost on its way. The rule may not use the network.
func (w *World) passes(d Datagram) bool {
	if w.isCut(d.From, d.To) {
		return false
	}
	if w.rule != nil && !w.rule(d) {
		return false
	}
	return !w.happens(w.link(d.From, d.To).Loss)
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
	}
	for range copies {
		if !w.passes(d) {
			continue
		}
		late := time.Duration(0)
		if w.happens(l.Reorder) {
			late = w.upTo(2*(l.Latency+l.Jitter) + time.Millisecond)
		}
		run := d.To.run
		w.travel(d.From, d.To, len(d.Data), late, func() {
			if d.To.isUp && d.To.run == run {
				arrive()
			}
		})
	}
}

func unmapped(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }
