package coro

import (
	"errors"
	"iter"
	"runtime"

	"github.com/edo-go/edo/internal/carried"
)

// A Coro runs one function at a time, which may stop and be continued.
//
// # Phases
//
//	phase      the goroutine of the coroutine        left by
//	idle       waits for a function, or has not run  Start → running; Put → idle in the pool, or gone
//	running    runs the function                     Yield → suspended; the function's end → idle; Goexit → dead
//	suspended  is parked inside Yield                Resume → running
//	dead       has exited or is about to             nothing
//
// The fields belong to the coroutine while it runs and to its next resumer otherwise; the
// switch between the two orders their accesses. So a Coro may be resumed from different
// goroutines, but never from two at the same time. The fields of its slot have owners of
// their own: see slot.go.
type Coro struct {
	// A switch uses the first 64 bytes only: a coroutine that comes from another
	// processor is not in the cache.
	slot
	parkedIn  *Coro // the coroutine in whose slot this one is parked, while it does not run
	resumerIn *Coro // the coroutine in whose slot the resumer is parked, while this one runs
	self      self  // set before the first function runs, and never again
	phase     phase
	mustExit  bool  // its goroutine exits when it runs next; the pool's, as the next two
	index     int32 // its index in a list of the pool, plus one; 0: in none

	moveTo   *Coro // when it runs next, it parks in the slot of this one at once
	occupant *Coro // the coroutine of the pool that is parked in its slot

	pool      *Pool
	runner    Runner         // what it runs, or is to run next
	labels    carried.Labels // the profiler's labels that the function begins with
	panicked  *Result        // what the last function ended with, unless it returned
	unwinds   bool           // its function is to exit, see Pool.Unwind
	inBubble  bool           // it was made in a bubble of testing/synctest, and may not leave it
	exits     uint8          // how often its goroutine has stayed instead of exiting; see shelf
	successor *Coro          // the coroutine that its goroutine runs after its death
}

type phase uint8

const (
	idle phase = iota
	running
	suspended
	dead
)

var (
	errStart  = errors.New("coro: Start of a coroutine whose function has not ended: Resume it until it ends")
	errResume = errors.New("coro: Resume of a coroutine that is not suspended: Start a function first, and resume from one goroutine at a time")
	errYield  = errors.New("coro: Yield outside a running function: call it from the function that was given to Start")
)

// newCoro makes a coroutine. If the calling goroutine is locked to its thread, another
// goroutine makes it: otherwise it would be bound to that thread.
func newCoro(p *Pool) *Coro {
	carried.Prepare()
	c := &Coro{pool: p, inBubble: p.shelf != nil && !p.short && carried.InBubble()}
	c.parkedIn = c
	if carried.Locked() {
		callAside(func() { c.next, _ = iter.Pull(c.life()) })
	} else {
		c.next, _ = iter.Pull(c.life())
	}
	return c
}

// A Runner is a function as an object. If the caller has the object already, starting it
// allocates nothing.
type Runner interface {
	Run(c *Coro)
	// Unwound is called when Run does not return, by a panic or Goexit, while the
	// goroutine still lives. So Run needs no deferred call of its own to notice.
	Unwound(c *Coro)
}

type runnerFunc func(c *Coro)

func (f runnerFunc) Run(c *Coro)   { f(c) }
func (f runnerFunc) Unwound(*Coro) {}

// Start runs fn until it calls [Coro.Yield] or ends. It panics unless the
// coroutine waits for a function. It does not return when fn calls
// [runtime.Goexit]: the caller's goroutine exits as well, or panics with a [*Late] when a
// deferred call of fn has panicked. fn begins with the profiler's labels of the caller.
func (c *Coro) Start(fn func(c *Coro)) Result { return c.StartRunner(runnerFunc(fn)) }

// StartRunner is [Coro.Start] of r.Run.
func (c *Coro) StartRunner(r Runner) Result {
	if c.phase != idle {
		panic(errStart)
	}
	c.runner = r
	c.labels = carried.LabelsHere()
	c.phase = running
	p := c.parkedIn
	c.resumerIn, p.returned = p, nil
	if carried.MaybeLocked() {
		p.maybeLocked = true
	}
	Swap(p.swapFunc())
	if c = p.returned; c != nil && c.phase == suspended {
		return Result{}
	}
	return p.outcome()
}

// Resume continues the function until it calls [Coro.Yield] again or ends. It
// panics unless the coroutine is suspended. Like Start it does not return when the
// function calls [runtime.Goexit].
//
// Start and Resume both call [Swap], which the compiler inlines, and share no function
// around it: after a switch of stacks the processor predicts every return wrongly, at
// about 10 ns each (BenchmarkSwitch).
func (c *Coro) Resume() Result {
	if c.phase != suspended {
		panic(errResume)
	}
	c.phase = running
	p := c.parkedIn
	c.resumerIn, p.returned = p, nil
	if carried.MaybeLocked() {
		p.maybeLocked = true
	}
	Swap(p.swapFunc())
	if c = p.returned; c != nil && c.phase == suspended {
		return Result{}
	}
	return p.outcome()
}

// outcome returns how the function has ended whose coroutine switched back to the resumer
// in the slot of p. If that coroutine is dead, the calling goroutine exits or panics.
func (p *Coro) outcome() Result {
	c := p.returned
	if c == nil { // rule 3 of slot.go: the goroutine of p has exited, which wakes its resumer
		exitWith(p.takePanic())
	}
	if c.phase == dead { // parked in the slot of p
		late := c.takePanic()
		c.pool.keepDead(c)
		exitWith(late)
	}
	if r := c.takePanic(); r != nil {
		return *r
	}
	return Result{State: Ended}
}

// takePanic returns the panic that the last function ended with, if it did, and clears it.
func (c *Coro) takePanic() *Result {
	r := c.panicked
	c.panicked = nil
	return r
}

// exitWith ends the calling goroutine, as that of a coroutine has ended: with late, or by
// Goexit.
func exitWith(late *Result) {
	if late != nil {
		panic(&Late{late.Value, late.Stack})
	}
	runtime.Goexit()
}

// Become replaces the Runner that runs by r: from now on the coroutine calls Unwound of r.
// The Runner that runs calls it, and then does the work of r.
func (c *Coro) Become(r Runner) { c.runner = r }

// Gid returns the identity of the coroutine's goroutine. It is valid once a
// function has been started, and does not change.
func (c *Coro) Gid() uintptr { return c.self.id }

// Dead reports whether the coroutine has ended by [runtime.Goexit]. A goroutine that must
// not end that way, and resumes coroutines, asks in a deferred call.
func (c *Coro) Dead() bool { return c.phase == dead }
