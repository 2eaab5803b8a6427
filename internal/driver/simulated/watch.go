package simulated

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Watch is told how the program goes on. The goroutine of the runtime calls it, while no task is
// polled: so it may read what tasks share, ask them what they wait for, and cancel them.
type Watch interface {
	// BeforePoll comes before each poll.
	BeforePoll()
	// BeforeTime comes when no task is runnable, before the clock goes on to an instant, or is late
	// for it. It reports whether it has cancelled tasks: then the clock stands. It may come several
	// times for one instant.
	BeforeTime(to int64) (cancelled bool)
	// AtEnd comes when all tasks have ended, and the network has not.
	AtEnd()
}

// SetWatch makes w the watch. A task calls it, or the goroutine that makes the driver.
func (d *Driver) SetWatch(w Watch) { d.watch = w }

// Watch returns the watch, or nil.
func (d *Driver) Watch() Watch { return d.watch }

// OnLook has fn called between two polls: first before poll 20,000, and then each time when twice
// as many have been made. So a program that goes on for ever is looked at now and then, and no
// program pays for it.
func (d *Driver) OnLook(fn func()) { d.look, d.lookAt = fn, firstLook }

const firstLook = 20_000

// beforePoll is called in Choose, when the poll may take place.
func (d *Driver) beforePoll() {
	if d.polls++; d.polls == d.lookAt && d.look != nil {
		d.lookAt *= 2
		d.look()
	}
	if d.watch != nil {
		d.watch.BeforePoll()
	}
}

// AtEnd is called when all tasks have ended, before what they have forgotten is reported.
func (d *Driver) AtEnd() {
	if d.watch != nil {
		d.watch.AtEnd()
		d.watch = nil
	}
}

// Since returns the time since the start of the simulation.
func (d *Driver) Since() time.Duration { return time.Duration(d.now.Load()) }

// Polls returns how many polls there were.
func (d *Driver) Polls() int { return d.polls }

// TrackConns makes the driver remember the connections that are made from now on, for OpenConns.
func (d *Driver) TrackConns() {
	d.net.mu.Lock()
	defer d.net.mu.Unlock()
	if d.net.tracked == nil {
		d.net.tracked = map[*conn]struct{}{}
	}
}

// track makes the driver remember an end, if it remembers any. One that was dialed is there when it
// comes to a listener.
func (c *conn) track() {
	if c.net.tracked != nil {
		c.net.tracked[c] = struct{}{}
	}
}

// OpenConns returns the listeners and the tracked connections that the program has not closed, as
// text, in order.
func (d *Driver) OpenConns() (open []string) {
	n := &d.net
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.tracked {
		if c.state != closed && c.listener == nil {
			open = append(open, fmt.Sprintf("a connection of %v to %v", c.local, c.remote))
		}
	}
	for _, l := range n.listeners {
		open = append(open, fmt.Sprintf("a listener at %v", l.addr))
	}
	slices.SortFunc(open, strings.Compare)
	return open
}
