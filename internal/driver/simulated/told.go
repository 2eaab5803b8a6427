package simulated

import (
	"fmt"
	"strings"
)

// A historian is a recorder that is told what happens in a World as well.
type historian interface {
	// Happened says what has happened to a host, or, if its name is empty, between hosts.
	Happened(host, what string)
}

// Happened tells the recorder what has happened to h, or, if that is nil, between hosts. What goroutines do
// beside that of the runtime is no part of the run, and is not told.
func (w *World) Happened(h *Host, format string, args ...any) {
	r := w.historian()
	if r == nil {
		return
	}
	name := ""
	if h != nil {
		name = h.name
	}
	r.Happened(name, fmt.Sprintf(format, args...))
}

// historian returns what is to be told; nil: nothing is.
func (w *World) historian() historian {
	r, ok := w.driver.recorder.(historian)
	if !ok || !w.config.Inside() {
		return nil
	}
	return r
}

// tellLost tells that a datagram or a segment is lost, and why. d is called if that is told.
func (w *World) tellLost(d func() Datagram, why string) {
	if w.historian() != nil {
		w.Happened(nil, "%v are lost: %s", d(), why)
	}
}

// String says how long d is, and from where to where it goes.
func (d Datagram) String() string {
	return fmt.Sprintf("%d bytes of %s from %v to %v", len(d.Data), d.Network, d.From.name, d.To.name)
}

// describe names the hosts that b keeps from each other.
func (b *Barrier) describe(hosts []*Host) string {
	if b.groups == nil {
		return fmt.Sprintf("the way from %s to %s", b.way.from.name, b.way.to.name)
	}
	var groups []string
	for n := 1; ; n++ {
		var names []string
		for _, h := range hosts {
			if b.groups[h] == n {
				names = append(names, h.name)
			}
		}
		if names == nil {
			return "the partition of " + strings.Join(groups, " and ")
		}
		groups = append(groups, strings.Join(names, ", "))
	}
}
