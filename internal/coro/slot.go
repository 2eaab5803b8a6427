package coro

import (
	"runtime"

	"github.com/edo-go/edo/internal/carried"
)

// A slot is one [iter.Pull] pair. Exactly one goroutine is parked in it; next or yield
// swaps it with the caller: the parked goroutine runs, and the caller is parked instead.
// Each coroutine has a slot, and its goroutine is parked there at first.
//
// Resume and Yield use the same slot, so after both the coroutine is parked where it was
// before. But a coroutine that switches to another one directly ([Coro.SwitchTo]) parks in
// the other's slot: this saves one of two switches. So coroutines are parked in each
// other's slots, and Coro.parkedIn says where.
//
// Rules:
//
//  1. Exactly one goroutine is parked in each slot. At first it is that of the slot's
//     coroutine; when that one runs for the first time, it is its resumer's.
//  2. Calls of next and of yield alternate, whichever goroutine makes them: yieldIsNext
//     says whose turn it is.
//  3. When the goroutine of a coroutine exits, the goroutine that is parked in the slot of
//     this coroutine runs. So the exit must be what that one waits for: [Pool.end] arranges
//     this.
type slot struct {
	next  func() (struct{}, bool) // set by newCoro
	yield func(struct{}) bool     // set by the slot's goroutine, before it parks for the first time

	// Set by the goroutine that is about to swap.
	returned    *Coro // a coroutine that swaps with its resumer: itself; a resumer: nil, which stays when the slot's goroutine exits
	yieldIsNext bool  // rule 2
	maybeLocked bool  // the goroutine may be locked to its thread; swapLocked resets it
}

// Yield switches back to the resumer of the coroutine, and returns when the coroutine is
// resumed again. It must be called on the goroutine of the coroutine: a call from another
// one panics at best.
func (c *Coro) Yield() {
	Swap(c.SwitchFunc(nil))
	if c.unwinds {
		runtime.Goexit()
	}
}

// SwitchTo suspends c, as Yield does, and resumes the suspended coroutine to in its stead:
// to will switch back to the resumer of c. Other goroutines may resume c as soon as to runs.
func (c *Coro) SwitchTo(to *Coro) { Swap(c.SwitchFunc(to)) }

// SwitchFunc is [Coro.SwitchTo], or with nil [Coro.Yield], without the switch of stacks
// itself: the caller must pass the two functions to [Swap] at once. A function that waits
// often does so itself, because after a switch of stacks the processor predicts every
// return wrongly, at about 10 ns each (BenchmarkSwitchTo).
func (c *Coro) SwitchFunc(to *Coro) (next func() (struct{}, bool), yield func(struct{}) bool) {
	if c.phase != running {
		panic(errYield)
	}
	p := c.resumerIn
	if to == nil {
		p.returned = c
	} else {
		if to.phase != suspended {
			panic(errResume)
		}
		p = to.parkedIn
		to.phase, to.resumerIn = running, c.resumerIn
	}
	c.phase, c.parkedIn = suspended, p
	if c.self.maybeLocked() {
		p.maybeLocked = true
	}
	return p.swapFunc()
}

// Swap switches the stacks: it calls the one of the two functions that is not nil. The
// compiler inlines it.
func Swap(next func() (struct{}, bool), yield func(struct{}) bool) {
	if next != nil {
		next()
	} else {
		yield(struct{}{})
	}
}

// swapFunc returns the function, next or yield, that swaps the caller with the goroutine
// that is parked in s (rule 2). It must be called at once.
func (s *slot) swapFunc() (next func() (struct{}, bool), yield func(struct{}) bool) {
	s.yieldIsNext = !s.yieldIsNext
	if s.maybeLocked {
		return s.swapLocked, nil
	}
	if s.yieldIsNext {
		return s.next, nil
	}
	return nil, s.yield
}

// swap swaps the caller with the goroutine that is parked in s.
func (s *slot) swap() { Swap(s.swapFunc()) }

// swapUnchecked is swap for a caller that may be locked to its thread.
func (s *slot) swapUnchecked() {
	s.maybeLocked = carried.MaybeLocked()
	s.swap()
}

// park parks a coroutine that is idle or dead: its resumer runs. It returns when the
// coroutine is to run a function or to exit. While moveTo is set, it parks again there.
func (c *Coro) park() {
	for p := c.resumerIn; p != nil; p, c.moveTo = c.moveTo, nil {
		c.parkedIn, p.returned = p, c
		p.swap()
	}
}
