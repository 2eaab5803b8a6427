package simulated

import (
	"net/netip"
	"syscall"
	"time"

	"github.com/edo-go/edo/internal/driver"
)

// A connection between two hosts of a World is TCP on links that lose segments: what is lost is
// sent again, and arrives in order. So loss is delay, and a partition silence.
//
//	what                          when
//	SYN, and its answer           again after 1 s, 2 s, 4 s, …; ETIMEDOUT after the seventh
//	bytes, and the end            again after 200 ms, 400 ms, …, 2 minutes; ETIMEDOUT after 15 minutes
//	a reset                       once: it may be lost
//
// A host that has lost its power answers nothing, and one that has it again resets the connections
// that it does not know. An idle end finds out by the probes of keep-alive: after 15 s, and after
// 9 of them without an answer.
const (
	synRetries   = 7
	synWait      = time.Second
	resend       = 200 * time.Millisecond
	resendMost   = 2 * time.Minute
	resendGiveUp = 15 * time.Minute
)

// segment is what an end has sent and the other has not got.
type segment struct {
	data    []byte // none: the end, or a reset
	isReset bool
	isOver  bool // it has come, or was forgotten
	hasCome bool
	wait    time.Duration // until it is sent again
	waited  time.Duration
}

// isFar reports whether the ends are on different hosts.
func (c *conn) isFar() bool { return c.isBetween }

// to returns the host of the other end.
func (c *conn) to() *Host { return c.peer.host }

// datagram is what a rule sees of a segment.
func (c *conn) datagram(data []byte) Datagram {
	return Datagram{From: c.host, To: c.to(), Network: "tcp", Source: addrPort(c.local), Destination: addrPort(c.remote), Data: data}
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
	if c.state != connecting || c.peer.state != connecting {
		return
	}
	if try == synRetries {
		c.fail(syscall.ETIMEDOUT)
		return
	}
	w := c.net.world
	if w.passes(c.datagram(nil)) {
		w.travel(c.host, c.to(), 0, w.upTo(w.config.Accept), c.synArrives)
	}
	if c.state == connecting {
		c.again = w.after(synWait<<try, func() { c.sendSyn(try + 1) })
	}
}

// synArrives makes the other end, or refuses it.
func (c *conn) synArrives() {
	peer := c.peer
	h, w := peer.host, c.net.world
	if !h.isUp || peer.state != connecting || c.state != connecting {
		return
	}
	a := addrPort(c.remote)
	l := c.net.listenerAt(h, a.Addr(), a.Port())
	if l == nil {
		if w.passes(peer.datagram(nil)) {
			w.travel(h, c.host, 0, 0, func() {
				if c.state == connecting {
					c.fail(syscall.ECONNREFUSED)
				}
			})
		}
		return
	}
	peer.state = open
	peer.settings = l.settings
	h.keep(peer)
	l.arrive(peer)
}

// answer tells the end that connects that it is open.
func (c *conn) answer(try int) {
	w, peer := c.net.world, c.peer
	if c.state != connecting || peer.state == closed {
		return
	}
	if peer.host.isUp && w.passes(peer.datagram(nil)) {
		w.travel(peer.host, c.host, 0, 0, func() {
			if c.state == connecting {
				c.again.cancel()
				c.state = open
				c.wakeAll()
			}
		})
		return
	}
	if try == synRetries {
		c.fail(syscall.ETIMEDOUT)
		return
	}
	w.after(synWait<<try, func() { c.answer(try + 1) })
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
	w := c.net.world
	if w.passes(c.datagram(s.data)) {
		w.travel(c.host, c.to(), len(s.data), 0, func() { c.land(s) })
	} else {
		c.relaunch(s)
	}
}

// relaunch sends a segment again, later.
func (c *conn) relaunch(s *segment) {
	if c.hasGone {
		return
	}
	if s.isReset {
		c.out.drop()
		return
	}
	if s.waited >= resendGiveUp {
		c.out.drop()
		c.fail(syscall.ETIMEDOUT)
		return
	}
	wait := s.wait
	s.waited += wait
	s.wait = min(2*s.wait, resendMost)
	c.net.world.after(wait, func() { c.launch(s) })
}

// land brings a segment to the other host.
func (c *conn) land(s *segment) {
	peer := c.peer
	switch {
	case s.isOver:
		return
	case !peer.host.isUp:
		c.relaunch(s)
		return
	case peer.hasGone || peer.state == closed: // nothing there knows of it
		c.out.drop()
		if len(s.data) != 0 || peer.hasGone {
			peer.sendReset()
		}
		return
	}
	s.hasCome = true
	for len(c.out.flight) != 0 && c.out.flight[0].hasCome {
		first := c.out.flight[0]
		c.out.flight = c.out.flight[1:]
		first.isOver = true
		switch {
		case first.isReset:
			c.out.drop()
			peer.out.drop()
			peer.reset()
			return
		case len(first.data) == 0:
			c.out.end()
		default:
			c.out.inFlight -= len(first.data)
			c.out.buf.Write(first.data)
			c.out.readers.RemoveAll().Wake()
		}
	}
}

// sendReset tells the other end, once, that this one does not know the connection.
func (c *conn) sendReset() {
	w, other := c.net.world, c.peer
	if !w.passes(c.datagram(nil)) {
		return
	}
	w.travel(c.host, c.to(), 0, 0, func() {
		if !other.hasGone && other.host.isUp {
			other.out.drop()
			other.reset()
		}
	})
}

// cutOff makes the other end fail, after what was sent to it.
func (c *conn) cutOff() {
	if c.isFar() {
		c.send(&segment{isReset: true})
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

// vanish ends an end whose host has lost its power.
func (c *conn) vanish(isTold bool) {
	if c.hasGone {
		return
	}
	wasLive := c.state != closed && c.state != failed || len(c.out.flight) != 0
	c.hasGone, c.state = true, closed
	c.out.drop()
	c.again.cancel()
	c.waiters[driver.Reading], c.waiters[driver.Writing] = nil, nil
	switch {
	case !c.isFar() || !wasLive || c.peer.hasGone || c.peer.host == nil || c.peer.state == closed:
	case isTold:
		c.sendReset()
	default:
		c.peer.probe(0)
	}
}

// probe is the keep-alive of an end whose other end has gone in silence.
func (c *conn) probe(n int) {
	w := c.net.world
	w.after(driver.KeepAlivePeriod, func() {
		switch {
		case c.hasGone || c.state == failed || c.state == closed:
		case c.to().isUp && !w.isCut(c.host, c.to()) && !w.isCut(c.to(), c.host):
			c.out.drop()
			c.reset()
		case n == driver.KeepAliveCount:
			c.out.drop()
			c.fail(syscall.ETIMEDOUT)
		default:
			c.probe(n + 1)
		}
	})
}
