package simulated

import (
	"net/netip"
	"syscall"
	"time"
)

// A connection between two hosts of a World is TCP on links that lose segments: what is lost is
// sent again, and arrives in order. So loss is delay, and a partition silence.
//
//	what                          when
//	SYN                           again after 1 s, 2 s, 4 s, …; ETIMEDOUT after the seventh
//	its answer                    once for each SYN that arrives
//	all else but a reset          again after 200 ms, 400 ms, …, 2 minutes; ETIMEDOUT after 15 minutes
//	a reset                       once: it may be lost
//
// The first segment after the answer opens the other end, and brings it to Accept. One without data is
// sent for that: an end that has the answer is open, and the other one is not until that has come.
//
// A host that has lost its power answers nothing, and one that has it again resets the connections
// that it does not know. What it had sent is on its way, and arrives. An end that waits finds out by the
// probes of keep-alive, see [conn.suspect].
const (
	synRetries   = 7
	synWait      = time.Second
	resend       = 200 * time.Millisecond
	resendMost   = 2 * time.Minute
	resendGiveUp = 15 * time.Minute
)

// segment is what an end has sent and the other has not got.
type segment struct {
	data    []byte // none: the first one, the end, or a reset
	kind    segmentKind
	isOver  bool // it has come, or was forgotten
	hasCome bool
	wait    time.Duration // until it is sent again
	waited  time.Duration
}

type segmentKind uint8

const (
	withData segmentKind = iota
	first
	end
	reset
)

// isFar reports whether the ends are on different hosts.
func (c *conn) isFar() bool { return c.isBetween }

// to returns the host of the other end.
func (c *conn) to() *Host { return c.peer.host }

// passes reports whether a segment with data is not lost on its way to the other end.
func (c *conn) passes(data []byte) bool {
	return c.net.world.passes(c.host, c.to(), func() Datagram { return c.segment(data) })
}

// segment returns a segment with data on its way to the other end.
func (c *conn) segment(data []byte) Datagram {
	return Datagram{From: c.host, To: c.to(), Network: "tcp", Source: addrPort(c.local), Destination: addrPort(c.remote), Data: data}
}

// meetsNoPower tells that a segment is lost because the other host has no power.
func (c *conn) meetsNoPower(data []byte) {
	c.net.world.tellLost(func() Datagram { return c.segment(data) }, noPower)
}

func addrPort(a interface{ String() string }) netip.AddrPort {
	ap, _ := netip.ParseAddrPort(a.String())
	return unmapped(ap)
}

// dialFar connects two ends on different hosts.
func (c *conn) dialFar(peer *conn) {
	c.isBetween, peer.isBetween = true, true
	c.peer = peer
	peer.state = connecting
	c.sendSyn(0)
}

// sendSyn asks the other host for the connection, unless an answer has come.
func (c *conn) sendSyn(try int) {
	if c.state != connecting {
		return
	}
	if try == synRetries {
		c.fail(syscall.ETIMEDOUT)
		return
	}
	w := c.net.world
	if c.passes(nil) {
		w.travel(c.host, c.to(), 0, w.upTo(w.config.Accept), c.synArrives)
	}
	if c.state == connecting {
		c.again = w.after(synWait<<try, func() { c.sendSyn(try + 1) })
	}
}

// synArrives answers, if there is a listener, and refuses if there is none. A listener whose queue is
// full answers nothing: it is asked again.
func (c *conn) synArrives() {
	peer := c.peer
	h, w := peer.host, c.net.world
	if c.state != connecting {
		return
	}
	if !h.isUp {
		c.meetsNoPower(nil)
		return
	}
	a := addrPort(c.remote)
	l := c.net.listenerAt(h, a.Addr(), a.Port())
	answer := c.answered
	switch {
	case l == nil:
		answer = func() {
			if c.state == connecting {
				c.again.cancel()
				c.fail(syscall.ECONNREFUSED)
			}
		}
	case len(l.queue) >= backlog:
		return
	}
	peer.asked = l
	if peer.passes(nil) {
		w.travel(h, c.host, 0, 0, answer)
	}
}

// answered opens the end that has dialed.
func (c *conn) answered() {
	if c.state != connecting {
		return
	}
	c.again.cancel()
	c.state = open
	c.wakeAll()
	c.send(&segment{kind: first})
}

// isOpened opens the end of c that was dialed, when s is the first segment that comes to it, and
// reports whether it is open now. If its queue is full s comes later, and if its listener has gone,
// with the host or alone, the connection is reset.
func (c *conn) isOpened(s *segment) bool {
	peer := c.peer
	l := peer.asked
	switch {
	case peer.state != connecting:
		return true
	case s.kind == reset:
		peer.state = closed
		c.out.drop()
		return false
	case l.closed:
		peer.state = closed
		c.out.drop()
		peer.sendReset()
		return false
	case len(l.queue) >= backlog:
		c.relaunch(s)
		return false
	}
	peer.state = open
	peer.settings = l.settings
	peer.host.keep(peer)
	l.arrive(peer)
	if c.hasGone {
		peer.suspect()
	}
	return true
}

// send puts a segment on the way to the other end.
func (c *conn) send(s *segment) {
	s.wait = resend
	c.out.flight = append(c.out.flight, s)
	c.out.inFlight += len(s.data)
	c.launch(s)
}

// launch sends a segment, perhaps again.
func (c *conn) launch(s *segment) {
	if c.hasGone || s.isOver {
		return
	}
	if c.passes(s.data) {
		c.net.world.travel(c.host, c.to(), len(s.data), 0, func() { c.land(s) })
	} else {
		c.relaunch(s)
	}
}

// relaunch sends a segment again, later.
func (c *conn) relaunch(s *segment) {
	if c.hasGone {
		return
	}
	if s.kind == reset {
		c.out.drop()
		c.peer.suspect()
		return
	}
	most := resendGiveUp
	if c.userTimeout > 0 {
		most = c.userTimeout
	}
	if s.waited >= most {
		c.giveUp()
		return
	}
	wait := s.wait
	if c.userTimeout > 0 {
		wait = min(wait, most-s.waited)
	}
	s.waited += wait
	s.wait = min(2*s.wait, resendMost)
	c.net.world.after(wait, func() { c.launch(s) })
}

// giveUp ends an end that does not reach the other one, which learns of it by its probes.
func (c *conn) giveUp() {
	c.out.drop()
	c.fail(syscall.ETIMEDOUT)
	c.peer.suspect()
}

// land brings a segment to the other host.
func (c *conn) land(s *segment) {
	peer := c.peer
	switch {
	case s.isOver:
		return
	case !peer.host.isUp:
		c.meetsNoPower(s.data)
		c.relaunch(s)
		return
	case peer.hasGone || peer.state >= failed: // nothing there knows of it
		c.out.drop()
		if s.kind == withData || peer.hasGone || peer.state == failed {
			peer.sendReset()
		}
		return
	case !c.isOpened(s):
		return
	}
	s.hasCome = true
	for len(c.out.flight) != 0 && c.out.flight[0].hasCome {
		next := c.out.flight[0]
		c.out.flight = c.out.flight[1:]
		next.isOver = true
		switch next.kind {
		case reset:
			c.out.drop()
			peer.out.drop()
			peer.reset()
			return
		case end:
			c.out.end()
		case withData:
			c.out.inFlight -= len(next.data)
			c.out.buf.Write(next.data)
			c.out.readers.RemoveAll().Wake()
		}
	}
}

// sendReset tells the other end, once, that this one does not know the connection.
func (c *conn) sendReset() {
	other := c.peer
	if !c.passes(nil) {
		other.suspect()
		return
	}
	c.net.world.travel(c.host, c.to(), 0, 0, func() {
		if !other.hasGone && other.host.isUp {
			other.out.drop()
			other.reset()
		}
	})
}

// cutOff makes the other end fail, after what was sent to it.
func (c *conn) cutOff() {
	if c.isFar() {
		c.send(&segment{kind: reset})
	} else {
		c.peer.reset()
	}
}

// drop forgets what was sent and has not arrived.
func (f *flow) drop() {
	for _, s := range f.flight {
		s.isOver = true
	}
	f.flight, f.inFlight = nil, 0
}
