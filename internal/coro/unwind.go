package coro

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"time"
)

// A pool of a simulation ends functions whose tasks have gone: those of a host that has crashed.
// Go can end a goroutine only by an exit, in which its deferred calls run. So that happens when
// the simulation is over, and nothing that they do can be seen in it.

// Track makes the pool know the coroutines that it hands out from now on.
func (p *Pool) Track() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lent == nil {
		p.lent = map[*Coro]uint64{}
	}
}

// lend notes that c is handed out. Locked.
func (p *Pool) lend(c *Coro) {
	if p.lent != nil {
		p.turn++
		p.lent[c] = p.turn
	}
}

// A Condemned is a [Runner] of whose function a Pool can be rid.
type Condemned interface {
	Runner
	// Condemn is called before the function is resumed for the last time: its goroutine must exit
	// then, where it has waited, and wherever it waits in a deferred call.
	Condemn(c *Coro)
}

// unwindPatience is how long Unwind waits for a deferred call that blocks.
var unwindPatience = 10 * time.Second

// maxUnwinds bounds how often one function may wait while it exits.
const maxUnwinds = 1000

// Unwind ends the functions that are suspended on coroutines which the pool has handed out since
// Track, in the order in which they were handed out. Their goroutines exit, one after the other:
// only deferred calls run. A panic in one of them is lost, and one that blocks for ten seconds is
// left behind: then Unwind calls left, before it goes on. No other goroutine may use the coroutines
// meanwhile.
func (p *Pool) Unwind(left func()) {
	p.mu.Lock()
	lent := p.lent
	all := slices.SortedFunc(maps.Keys(lent), func(a, b *Coro) int { return cmp.Compare(lent[a], lent[b]) })
	p.mu.Unlock()
	for _, c := range all {
		if c.phase != suspended {
			continue
		}
		c.unwinds = true
		if r, ok := c.runner.(Condemned); ok {
			r.Condemn(c)
		}
		ended := make(chan struct{})
		go c.unwind(ended)
		timer := time.NewTimer(unwindPatience)
		select {
		case <-ended:
		case <-timer.C:
			left()
		}
		timer.Stop()
	}
}

// unwind resumes c until its function has ended. The calling goroutine exits as that does.
func (c *Coro) unwind(ended chan struct{}) {
	defer close(ended)
	defer func() { recover() }()
	for range maxUnwinds {
		if c.phase != suspended {
			return
		}
		c.Resume()
	}
	runtime.Goexit()
}
