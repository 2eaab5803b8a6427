package coro

import (
	"errors"
	"sync"
)

// A Pool keeps coroutines between functions. Its methods may be called from any
// goroutine, coroutines included. It is a list under a mutex and not a
// [sync.Pool], because a coroutine that the collector dropped would leave its
// goroutine behind.
type Pool struct {
	mu   sync.Mutex // guards what follows
	max  int
	idle []*Coro // the one used last is last, and used first
	live []owner // those handed out, in no order
}

// An owner is an entry of the live set: a coroutine and its goroutine, side by
// side so that a search need not follow pointers.
type owner struct {
	gid uintptr // 0 until the coroutine has run for the first time
	c   *Coro
}

// slack is how much room the live set keeps however few its entries.
const slack = 64

var errPut = errors.New("coro: Put of a coroutine whose function has not ended, or twice, or into another pool")

// NewPool returns a pool that keeps at most max idle coroutines.
func NewPool(max int) *Pool { return &Pool{max: max} }

// Get returns a coroutine that waits for a function: the one put back last, or a
// new one.
func (p *Pool) Get() *Coro {
	var c *Coro
	p.mu.Lock()
	if n := len(p.idle) - 1; n >= 0 {
		c = p.idle[n]
		p.idle[n] = nil
		p.idle = p.idle[:n]
		p.enlist(c)
		p.mu.Unlock()
		return c
	}
	p.mu.Unlock()
	c = newCoro(p) // outside the lock: it takes about a microsecond
	p.mu.Lock()
	p.enlist(c)
	p.mu.Unlock()
	return c
}

// enlist enters c into the live set. The caller holds the mutex.
func (p *Pool) enlist(c *Coro) {
	c.index = len(p.live)
	p.live = append(p.live, owner{c.gid, c})
}

// Put gives back a coroutine whose function has ended, for any goroutine's next
// [Pool.Get]. When the pool is full or closed, the goroutine of c has ended when
// Put returns. A dead coroutine may be put, which does nothing. Put panics when
// the function has not ended, when c is in the pool already, and when c belongs
// to another pool.
func (p *Pool) Put(c *Coro) {
	if c.phase == dead {
		return
	}
	p.mu.Lock()
	if c.phase != idle || c.pool != p || c.index < 0 {
		p.mu.Unlock()
		panic(errPut)
	}
	p.delist(c)
	keep := len(p.idle) < p.max
	if keep {
		p.idle = append(p.idle, c)
	}
	p.mu.Unlock()
	if !keep {
		c.stop()
	}
}

// delist takes c out of the live set. The caller holds the mutex.
func (p *Pool) delist(c *Coro) {
	last := len(p.live) - 1
	moved := p.live[last]
	p.live[c.index] = moved
	moved.c.index = c.index
	p.live[last] = owner{}
	p.live = p.live[:last]
	if n := cap(p.live); n > slack && last <= n/4 { // after a peak the memory goes
		p.live = append(make([]owner, 0, n/2), p.live...)
	}
	c.index = -1
}

// identify notes the goroutine of c, which runs for the first time.
func (p *Pool) identify(c *Coro) {
	p.mu.Lock()
	p.live[c.index].gid = c.gid
	p.mu.Unlock()
}

// forget takes c, whose goroutine is about to end, out of the live set: the
// runtime will give its identity to another goroutine.
func (p *Pool) forget(c *Coro) {
	p.mu.Lock()
	p.delist(c)
	p.mu.Unlock()
}

// Out returns how many coroutines are handed out.
func (p *Pool) Out() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.live)
}

// Contains says whether the goroutine with the identity gid is a coroutine that
// this pool has handed out and not got back. It looks at all of them, at a
// nanosecond each.
func (p *Pool) Contains(gid uintptr) bool {
	if gid == 0 {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.live {
		if p.live[i].gid == gid {
			return true
		}
	}
	return false
}

// Close ends the goroutines of all idle coroutines before it returns; those that
// are out end when they are put back. It may be called twice.
func (p *Pool) Close() {
	p.mu.Lock()
	p.max = 0
	list := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, c := range list {
		c.stop()
	}
}
