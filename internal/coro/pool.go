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
	mu     sync.Mutex // guards the following
	max    int
	idle   []*Coro // the one used last is last, and used first
	dead   []*Coro // exited while another goroutine was parked in their slot; kept until it moves
	out    int     // how many are handed out
	closed bool
	lent   map[*Coro]uint64 // those that are handed out, with the number of their turn; nil: not kept
	turn   uint64
	shelf  *shelf   // keeps coroutines that would end otherwise; nil: they end
	short  bool     // see NewShortPool
	few    [4]*Coro // the first room of idle
}

var errPut = errors.New("coro: Put of a coroutine whose function has not ended, or twice, or into another pool")

// NewPool returns a pool that keeps at most max idle coroutines.
func NewPool(max int) *Pool {
	p := &Pool{max: max, shelf: theShelf}
	p.idle = p.few[:0]
	return p
}

// NewShortPool is NewPool for a pool of which many come one after the other, each for some
// microseconds, as those of simulations do: when it is closed some of its coroutines are kept for the
// next one. Their stacks have grown already, and to make them is a third of a short simulation. No goroutine in a bubble of
// testing/synctest may use it.
func NewShortPool(max int) *Pool {
	p := NewPool(max)
	p.short = true
	if p.shelf == nil {
		p.shelf = shortShelf
	}
	return p
}

// Get returns a coroutine that waits for a function: the one put back last, or a
// new one.
func (p *Pool) Get() *Coro {
	p.mu.Lock()
	p.out++
	if n := len(p.idle) - 1; n >= 0 {
		c := p.idle[n]
		p.idle[n] = nil
		p.idle = p.idle[:n]
		c.index = 0
		c.parkedIn.occupant = nil
		p.lend(c)
		p.mu.Unlock()
		return c
	}
	isTracked := p.lent != nil
	p.mu.Unlock()
	c := p.shelf.remove(p)
	if c == nil {
		c = newCoro(p) // outside the lock: it takes about a microsecond
	}
	if isTracked {
		p.mu.Lock()
		p.lend(c)
		p.mu.Unlock()
	}
	return c
}

// Put gives back a coroutine whose function has ended, for the next [Pool.Get] of any
// goroutine. When the pool is full or closed, the goroutine of c, or that of another
// coroutine instead of it, has ended when Put returns; unless this needs coroutines that
// are handed out, see trim.go: beyond max it keeps no more than are handed out. Put of a
// dead coroutine does nothing. Under the race detector the process keeps some for other
// pools instead, see shelf. Put panics when the function has not ended, when c is
// in the pool already, and when c belongs to another pool.
func (p *Pool) Put(c *Coro) {
	if c.phase == dead {
		return
	}
	p.mu.Lock()
	if c.phase != idle || c.pool != p || c.index != 0 {
		p.mu.Unlock()
		panic(errPut)
	}
	p.out--
	delete(p.lent, c)
	p.addTo(&p.idle, c)
	if len(p.idle) > p.max || len(p.dead) != 0 {
		p.trim(c)
	}
	p.mu.Unlock()
}

// countDeath counts a coroutine that has died and will not be put back.
func (p *Pool) countDeath(c *Coro) {
	p.mu.Lock()
	p.out--
	delete(p.lent, c)
	p.mu.Unlock()
}

// Out returns how many coroutines are handed out.
func (p *Pool) Out() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out
}

// Close ends the goroutines of all idle coroutines before it returns; those that
// are handed out end when they are put back. It may be called twice. Under the race
// detector the process may keep some of them, see [Kept].
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.max = 0
	p.closed = true
	p.endAll()
}
