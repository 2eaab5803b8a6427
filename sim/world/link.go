package world

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/edo-go/edo/internal/driver/simulated"
)

// A Link is what the way from one host to another does. The zero Link takes no time and loses
// nothing. A time or a bandwidth below 0, and a probability that is not from 0 to 1, is an error of
// New, and a panic elsewhere.
//
// On a connection a loss is a delay: what is lost is sent again after 200 ms, and then after twice
// as long each time. Bytes arrive in order, whatever the jitter. Datagrams are lost, overtaken and
// doubled.
type Link struct {
	Latency   time.Duration
	Jitter    time.Duration // at most so much is added to Latency, by the seed
	Loss      float64       // the probability that a datagram, or a segment of a connection, is lost
	Reorder   float64       // that a datagram is overtaken by later ones
	Duplicate float64       // that a datagram arrives twice
	Bandwidth int           // bytes in a second; 0: no limit
}

// Link sets the ways between two hosts, in both directions.
func (w *World) Link(a, b *Host, l Link) {
	w.OneWay(a, b, l)
	w.OneWay(b, a, l)
}

// OneWay sets the way from one host to another.
func (w *World) OneWay(from, to *Host, l Link) {
	if err := l.check(); err != nil {
		panic(fmt.Errorf("world: the way from %s to %s: %w", from.Name(), to.Name(), err))
	}
	w.inner.SetLink(from.inner, to.inner, simulated.Link(l))
}

// Cut cuts the way from one host to another, in that direction alone: what is sent there is lost.
// Connections send it again after [World.Join]. After 15 minutes they fail, and one that has nothing
// to send when keep-alive gets no answer: by default after two and a half minutes.
func (w *World) Cut(from, to *Host) { w.inner.SetCut(from.inner, to.inner, true) }

// Join undoes Cut. Cuts of [World.Faults] stay as long as they last.
func (w *World) Join(from, to *Host) { w.inner.SetCut(from.inner, to.inner, false) }

// Hold keeps what would arrive on the way from one host to another: nothing of it is lost.
// [World.Release] lets all of it arrive, in that order.
func (w *World) Hold(from, to *Host) { w.inner.SetHold(from.inner, to.inner, true) }

// Release ends a Hold.
func (w *World) Release(from, to *Host) { w.inner.SetHold(from.inner, to.inner, false) }

// Partition divides the hosts into groups that do not reach each other, in place of the partition
// before. A host that is in no group reaches all. Without groups the partition ends. Those of
// [World.Faults] are others: they stay as long as they last.
func (w *World) Partition(groups ...[]*Host) {
	if w.partition != nil {
		w.inner.Lower(w.partition)
	}
	w.partition = newPartition(groups)
	w.inner.Raise(w.partition)
}

func newPartition(groups [][]*Host) *simulated.Barrier {
	inner := make([][]*simulated.Host, len(groups))
	for i, g := range groups {
		for _, h := range g {
			inner[i] = append(inner[i], h.inner)
		}
	}
	return simulated.NewPartition(inner)
}

// Heal undoes every Cut and the Partition, and those of [World.Faults] that last.
func (w *World) Heal() { w.inner.Heal() }

// A Packet is a datagram, or a segment of a connection, on its way. Data may not be changed or
// kept. A segment without data is one that opens, ends or resets.
type Packet struct {
	From, To            *Host  // nil: a task of no host
	Network             string // tcp, udp, or icmp: the answer of a host without a socket for a datagram
	Source, Destination netip.AddrPort
	Data                []byte
	At                  time.Duration // since the start of the simulation
}

// Filter sets a rule for every packet between two hosts: false says that the packet is lost. nil
// takes the rule away. The rule is called when the packet is sent, also when it is sent again. It must
// not use the network, or change it: for that it calls [World.At], with the present time.
func (w *World) Filter(rule func(Packet) bool) {
	if rule == nil {
		w.inner.SetRule(nil)
		return
	}
	w.inner.SetRule(func(d simulated.Datagram) (passes bool) {
		returned := false
		defer w.rescue("world: the rule of Filter", &returned)
		passes = rule(Packet{
			From: w.outer(d.From), To: w.outer(d.To), Network: d.Network,
			Source: d.Source, Destination: d.Destination, Data: d.Data, At: w.Now(),
		})
		returned = true
		return passes
	})
}

// outer returns the Host that h is the inside of; nil for the one of no tasks.
func (w *World) outer(h *simulated.Host) *Host {
	for _, o := range w.hosts {
		if o.inner == h {
			return o
		}
	}
	return nil
}
