package lock

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
)

// permits is what [Semaphore], [Mutex], [RWMutex] and [Once] are made of: a number of
// permits, and a line of those that wait for some. A mutex has one permit; the lock
// of a writer is all permits of a RWMutex, that of a reader is one of them. (So it is in
// Tokio, where the idea is from; there the permits for the first in line are handed
// to it one by one.)
//
// # The word
//
//	bit 0     hasLine  the line is not empty
//	bit 1     closed   no permit is given out any more
//	bits 2-63 permits  how many are free, less base
//
// base is how many there were at the beginning: 1 for a mutex, 0 for a semaphore. It
// is a constant of each kind, and every method is given it, so that the zero value
// of a Mutex is one that is not locked.
//
// # Rules
//
//  1. While hasLine is clear any goroutine takes, and gives back, by one compare-and-swap.
//  2. While hasLine is set the holder of the latch alone writes the word. So what
//     becomes free belongs to the line: neither newcomers nor Try forms overtake it.
//     hasLine is set if and only if the line is not empty, when the latch is free.
//  3. The first in line takes its permits when there are enough for it, all at once,
//     and not before: those that it still waits to complete stay in the word, and
//     rule 2 keeps them for it. So one that gives up holds nothing, and only lets the
//     next be looked at.
//  4. An operation that gives permits back, or leaves the line, then lets out as many
//     from the front as there are permits for. So outside of the latch the first in
//     line asks for more than there are.
//  5. The word is written before a waiter's state: a waiter that was let out may look at
//     the word at once, and must find there what it holds. RUnlock looks, whether it
//     is not a writer that holds the lock, and so does Guard.
//  6. A waiter that was let out and is given up before it has seen that gives its
//     permits back, by rule 4.
//  7. closed is set once. It empties the line, and no waiter gets in line any more;
//     permits may still be given back.
//  8. No task is woken with the latch held.
//  9. The holder is cleared before permits are given back, and set after they were taken,
//     or with the latch where they are handed to the line. It is for reports, and decides
//     nothing.
//
// Memory: a permit is given back by an atomic write to the word. Its next owner reads
// that, or the state of its waiter, which was written after it.
type permits struct {
	word   atomic.Int64
	latch  latch
	line   line // guarded by latch
	holder holder
}

const (
	hasLine int64 = 1 << iota
	closed
	one // permit
)

// errRefused says that the permits are closed.
var errRefused = edo.NewError(edo.ErrClosed, "lock: the semaphore is closed")

// limit is how many permits there may be free, less base.
func limit(base int64) int64 {
	if base == 0 {
		return MaxPermits
	}
	return 0
}

// free returns how many permits there are.
func (p *permits) free(base int64) int64 { return base + p.word.Load()>>2 }

// isClosed says whether no permit is given out any more.
func (p *permits) isClosed() bool { return p.word.Load()&closed != 0 }

// try takes n permits if they are there and the line is empty. Otherwise the state is
// refused, or fresh when one would have to wait.
func (p *permits) try(base, n int64) (state uint32) {
	for {
		w := p.word.Load()
		switch {
		case w&closed != 0:
			return refused
		case n == 0:
			return granted
		case w&hasLine != 0 || base+w>>2 < n:
			return fresh
		}
		if invariant.Enabled {
			invariant.Step("lock: about to take")
		}
		if p.word.CompareAndSwap(w, w-n*one) {
			return granted
		}
	}
}

// tryUnnamed is try for a Try form, which knows no task.
func (p *permits) tryUnnamed(base, n int64) (state uint32) {
	if state = p.try(base, n); state == granted && n != 0 {
		p.holder.clear()
	}
	return state
}

// join takes the permits that w asks for, or puts w in line. The state is granted,
// refused or queued.
func (p *permits) join(base int64, w *waiter) (state uint32) {
	p.latch.Lock()
	defer p.latch.Unlock()
	for {
		if state = p.try(base, w.n); state != fresh {
			return state
		}
		if invariant.Enabled {
			invariant.Step("lock: about to look again")
		}
		s := p.word.Load()
		if s&hasLine == 0 {
			if base+s>>2 >= w.n {
				continue
			}
			if invariant.Enabled {
				invariant.Step("lock: about to begin a line")
			}
			if !p.word.CompareAndSwap(s, s|hasLine) {
				continue
			}
		}
		p.line.push(w)
		return queued
	}
}

// give gives n permits back, and says whether there were as many to give back.
func (p *permits) give(cx *edo.Context, base, n int64) bool {
	p.holder.clear()
	return p.lower(cx, base, n)
}

// lower is give by a holder that keeps some of its permits.
func (p *permits) lower(cx *edo.Context, base, n int64) bool {
	for {
		w := p.word.Load()
		if w>>2 > limit(base)-n {
			return false
		}
		if w&hasLine != 0 {
			if p.giveLine(cx, base, n) {
				return true
			}
			continue
		}
		if invariant.Enabled {
			invariant.Step("lock: about to give back")
		}
		if p.word.CompareAndSwap(w, w+n*one) {
			return true
		}
	}
}

// giveLine gives n permits to the line, if there still is one, and as many to give back.
// Otherwise the word has changed since it was looked at.
func (p *permits) giveLine(cx *edo.Context, base, n int64) bool {
	p.latch.Lock()
	w := p.word.Load()
	if p.line.empty() || w>>2 > limit(base)-n {
		p.latch.Unlock()
		return false
	}
	ws := p.letOut(base, w+n*one)
	p.latch.Unlock()
	ws.wake(cx)
	return true
}

// letOut stores w as the word, less what it takes to let those out of the line that
// there are permits for. With the latch, and hasLine set.
//
// The word comes first: rule 5.
func (p *permits) letOut(base, w int64) (ws wakers) {
	end := p.line.first
	for ; end != nil && base+w>>2 >= end.n; end = end.next {
		w -= end.n * one
	}
	if end == nil {
		w &^= hasLine
	}
	if invariant.Enabled {
		invariant.Step("lock: about to let out")
	}
	p.word.Store(w)
	for first := p.line.first; first != end; first = p.line.first {
		p.line.remove(first)
		p.holder.set(first.task, 0, handed)
		ws.add(first.waker)
		if invariant.Enabled {
			invariant.Step("lock: about to grant")
		}
		atomic.StoreUint32(&first.state, granted)
	}
	return ws
}

// leave takes w out of the line, if it is in it still, and returns the state that it
// was in.
func (p *permits) leave(base int64, w *waiter) (state uint32) {
	p.latch.Lock()
	state = w.state
	if state != queued {
		p.latch.Unlock()
		return state
	}
	p.line.remove(w)
	w.state = done
	ws := p.letOut(base, p.word.Load())
	p.latch.Unlock()
	ws.wake(nil)
	return state
}

// forget takes up to n of the free permits away for good, and returns how many.
func (p *permits) forget(n int64) int64 {
	p.latch.Lock() // because of rule 2
	defer p.latch.Unlock()
	for {
		w := p.word.Load()
		k := min(n, w>>2)
		if p.word.CompareAndSwap(w, w-k*one) {
			return k
		}
	}
}

// shut closes p and refuses all that are in line.
func (p *permits) shut(cx *edo.Context) {
	var ws wakers
	p.latch.Lock()
	for {
		w := p.word.Load()
		if p.word.CompareAndSwap(w, w&^hasLine|closed) {
			break
		}
	}
	for w := p.line.first; w != nil; w = p.line.first {
		p.line.remove(w)
		ws.add(w.waker)
		if invariant.Enabled {
			invariant.Step("lock: about to refuse")
		}
		atomic.StoreUint32(&w.state, refused)
	}
	p.latch.Unlock()
	ws.wake(cx)
}
