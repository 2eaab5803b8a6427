package coro

import (
	"iter"
	"runtime/debug"

	"github.com/edo-go/edo/internal/carried"
)

// life is what the coroutine's goroutine runs: function after function, until the
// pool ends it. yield is nil for the successor of a coroutine that has died. It is one
// function, and not several: every waiting task has its frame on the stack.
func (c *Coro) life() iter.Seq[struct{}] {
	return func(yield func(struct{}) bool) {
		returned := false
		defer func() {
			// Deferred here and not in run, because a panic that is recovered while the
			// goroutine exits ends run, but does not end the exiting.
			if !returned {
				c.die()
			}
		}()
		if yield != nil {
			c.yield = yield
			c.self.capture()
			carried.SetLabels(nil) // those of the goroutine that made the coroutine
		}
		for !c.mustExit {
			c.run()
			c.phase = idle
			c.park()
		}
		returned = true
	}
}

// die ends a coroutine whose function has called Goexit.
func (c *Coro) die() {
	c.phase = dead
	c.pool.countDeath(c)
	// Rule 3 of slot.go: the goroutine may exit when its resumer is parked in the slot of c.
	// Otherwise it parks until the pool has moved the other goroutines.
	if c.resumerIn != c || c.pool.shelf.wants(c) {
		c.park()
		if next := c.successor; next != nil {
			next.life()(nil)
		}
		return
	}
	// A resumer that is parked in next gets this panic; one in yield reads c.panicked.
	if late := c.panicked; late != nil {
		panic(&Late{late.Value, late.Stack})
	}
}

// run runs one function to its end.
func (c *Coro) run() {
	defer c.recoverPanic()
	if c.labels != nil {
		carried.SetLabels(c.labels)
	}
	c.runner.Run(c)
	c.runner = nil
	if carried.Any() {
		carried.Clear()
	}
}

// recoverPanic ends a function that has not returned: by a panic, which it keeps, or by
// Goexit.
func (c *Coro) recoverPanic() {
	r := c.runner
	if r == nil { // it has returned
		return
	}
	if v := recover(); v != nil {
		v, stack := Reason(v, debug.Stack())
		c.panicked = &Result{State: Panicked, Value: v, Stack: stack}
	}
	c.runner = nil
	carried.Clear()
	r.Unwound(c)
}
