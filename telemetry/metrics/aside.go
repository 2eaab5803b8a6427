package metrics

import (
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long a read waits for functions of the program, for all of them together.
var patience = 100 * time.Millisecond

// failures counts calls of functions of the program that panicked or did not return in time.
var failures atomic.Uint64

// aside is a function of the program that a read calls on a goroutine of its own: so one that does not
// return, or panics, holds up neither the read nor the others. Reads at the same time share a call.
type aside struct {
	fn func() []Point

	mu   sync.Mutex // guards the following, and isLate of the call; no code of the program runs with it
	call *call      // that has not returned; nil: none
}

// call is one of the function. Its first two fields are read when it is over.
type call struct {
	points []Point
	isGood bool // it has returned, and not panicked
	over   chan struct{}
	isLate bool // a read has given it up: the next ones do not wait for it
}

// askAll calls all, and returns the points of those that have returned in time, in order.
func askAll(all []*aside) (points []Point) {
	if len(all) == 0 {
		return nil
	}
	calls := make([]*call, len(all))
	for i, a := range all {
		calls[i] = a.ask()
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	isLate := false
	for i, c := range calls {
		if c != nil && !isLate {
			select {
			case <-c.over:
			case <-late.C:
				isLate = true
			}
		}
		if c == nil || !all[i].hasReturned(c) || !c.isGood {
			failures.Add(1)
			continue
		}
		points = append(points, c.points...)
	}
	return points
}

// ask calls the function, or returns the call that is under way; nil: that is late.
func (a *aside) ask() *call {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.call == nil:
		a.call = &call{over: make(chan struct{})}
		go a.run(a.call)
	case a.call.isLate:
		return nil
	}
	return a.call
}

// run calls the function.
func (a *aside) run(c *call) {
	defer func() {
		recover() // it is counted, and must not end the process
		a.mu.Lock()
		defer a.mu.Unlock()
		a.call = nil
		close(c.over)
	}()
	c.points = a.fn()
	c.isGood = true
}

// hasReturned reports whether c is over, and gives it up otherwise.
func (a *aside) hasReturned(c *call) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case <-c.over:
		return true
	default:
		c.isLate = true
		return false
	}
}
