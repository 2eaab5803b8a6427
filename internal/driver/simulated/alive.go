package simulated

import (
	"net"
	"time"

	"github.com/edo-go/edo/internal/driver"
)

// How an end finds out that the other one has gone: keep-alive.
//
// A real end sends a probe whenever it has heard nothing for a while. Here that would keep the clock
// moving for ever, and no deadlock would be found. So probes begin when there is a reason: the host of
// the other end has lost its power, a reset was lost, or a way between the two was cut. They end when
// one is answered.

// suspect begins the probes of an end, unless it has them, is not open, or has no keep-alive.
func (c *conn) suspect() {
	if c == nil || !c.isFar() || c.state != open || c.hasGone || c.isProbing || !c.probes.Enable {
		return
	}
	c.isProbing = true
	c.net.world.after(c.probes.Idle, func() { c.probe(1) })
}

// probe sends a probe: so many were not answered, with this one.
func (c *conn) probe(n int) {
	w := c.net.world
	switch {
	case c.hasGone || c.state >= failed:
		c.isProbing = false
		return
	case len(c.out.flight) != 0: // what was sent is sent again: no probe
	case c.passes(nil) && c.to().isUp && c.peer.passes(nil):
		c.isProbing = false
		if !c.peer.isKnown() {
			c.out.drop()
			c.reset()
		}
		return
	}
	switch {
	case n <= c.probes.Count:
		w.after(c.probes.Interval, func() { c.probe(n + 1) })
	case len(c.out.flight) != 0: // it fails by that, or learns what it is to know
		c.isProbing = false
	default:
		c.giveUp()
	}
}

// isKnown reports whether the host of an end knows its connection: it is open, or it was closed, and
// the other end has its end or will get it.
func (c *conn) isKnown() bool {
	if c.hasGone || c.state == failed {
		return false
	}
	return c.state != closed || c.out.ended || len(c.out.flight) != 0
}

// suspectCut makes the ends probe that a cut has separated.
func (w *World) suspectCut() {
	for _, h := range w.hosts {
		for _, c := range h.conns {
			if c.isFar() && (w.isCut(c.host, c.to()) || w.isCut(c.to(), c.host)) {
				c.suspect()
			}
		}
	}
}

// vanish ends an end whose host has lost its power. What it has sent is under way.
func (c *conn) vanish(isTold bool) {
	if c.hasGone {
		return
	}
	wasLive := c.state < failed || len(c.out.flight) != 0
	c.hasGone, c.state = true, closed
	c.again.cancel()
	c.waiters[driver.Reading], c.waiters[driver.Writing] = nil, nil
	delete(c.net.tracked, c)
	if !c.isFar() || !wasLive || c.peer.hasGone || c.peer.state != open {
		return
	}
	if isTold {
		c.sendReset()
	}
	c.peer.suspect()
}

// usualProbes are those of a socket without an option.
var usualProbes = net.KeepAliveConfig{
	Enable: true, Idle: driver.KeepAlivePeriod, Interval: driver.KeepAlivePeriod, Count: driver.KeepAliveCount,
}

// setProbes changes the probes as package net does: 0 is what is usual, and what is negative stays.
func (s *settings) setProbes(o net.KeepAliveConfig) {
	s.probes = net.KeepAliveConfig{
		Enable:   o.Enable,
		Idle:     changed(s.probes.Idle, o.Idle, usualProbes.Idle),
		Interval: changed(s.probes.Interval, o.Interval, usualProbes.Interval),
		Count:    changed(s.probes.Count, o.Count, usualProbes.Count),
	}
}

func changed[T int | time.Duration](before, to, usual T) T {
	switch {
	case to < 0:
		return before
	case to == 0:
		return usual
	}
	return to
}
