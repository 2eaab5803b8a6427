package lock

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/waiters"
)

// permits is what [Semaphore], [Mutex], [RWMutex] and [Once] are made of: a number of
// permits, and a queue of the waiters that want some. A Mutex has one permit. The lock of a
// writer is all permits of a RWMutex, the lock of a reader is one of them. (The idea is
// from Tokio. There the permits for the first waiter are handed to it one by one.)
//
// # The word
//
//	bit 0     hasQueue  the queue is not empty
//	bit 1     closed    no permit is granted any more
//	bits 2-63 permits   how many are free, less base
//
// base is how many permits there were at the beginning: 1 for a mutex, 0 for a semaphore.
// It is a constant of each kind, and an argument of every method, so that the zero value
// of a Mutex is unlocked.
//
// # Rules
//
//  1. While hasQueue is clear, any goroutine acquires and releases by one
//     compare-and-swap.
//  2. While hasQueue is set, only the holder of the latch writes the word. So the permits
//     that become free belong to the queue: neither newcomers nor Try forms overtake it.
//     When the latch is free, hasQueue is set if and only if the queue is not empty.
//  3. The first waiter gets its permits all at once, when there are enough. Until then
//     they stay in the word, and rule 2 keeps them for it. So a waiter that gives up holds
//     nothing, and only makes room for the next one.
//  4. An operation that releases permits, or leaves the queue, then grants permits to
//     waiters from the front, as far as the permits go. So outside of the latch the first
//     waiter asks for more than there are.
//  5. The word is stored before the state of a waiter: a waiter that was granted its
//     permits may load the word at once, and must find there what it holds. RUnlock and
//     Guard do so, to see whether a writer holds the lock.
//  6. A waiter that was granted permits, and is given up before its owner has seen them,
//     releases them by rule 4.
//  7. closed is set once. It empties the queue, and no waiter enters the queue any more.
//     Permits may still be released.
//  8. No task is woken with the latch held.
//  9. The holder is cleared before permits are released. It is set after they were
//     acquired, or with the latch where they are granted to a waiter. It is for reports,
//     and decides nothing.
//
// Memory: permits are released by an atomic write to the word. Their next owner reads that
// write, or the state of its waiter, which was stored after it.
type permits struct {
	word   atomic.Int64
	latch  latch
	queue  waiters.List[waiter] // guarded by latch
	holder holder
}

const (
	hasQueue int64 = 1 << iota
	closed
	onePermit
)

// errRefused says that the permits are closed.
var errRefused = edo.NewError(edo.ErrClosed, "lock: the semaphore is closed")

// maxFree is how many permits may be free, less base.
func maxFree(base int64) int64 {
	if base == 0 {
		return MaxPermits
	}
	return 0
}

// free returns how many permits are free.
func (p *permits) free(base int64) int64 { return base + p.word.Load()>>2 }

// isClosed reports whether no permit is granted any more.
func (p *permits) isClosed() bool { return p.word.Load()&closed != 0 }

// tryAcquire acquires n permits if they are free and the queue is empty. Then the state is
// granted. Otherwise it is refused, or fresh when the caller would have to wait.
func (p *permits) tryAcquire(base, n int64) (state uint32) {
	for {
		w := p.word.Load()
		switch {
		case w&closed != 0: // rule 7
			return refused
		case n == 0:
			return granted
		case w&hasQueue != 0 || base+w>>2 < n: // rule 2
			return fresh
		}
		if invariant.Enabled {
			invariant.Step("lock: about to acquire")
		}
		if p.word.CompareAndSwap(w, w-n*onePermit) { // rule 1
			return granted
		}
	}
}

// tryAcquireUnnamed is tryAcquire for a Try form, which knows no task.
func (p *permits) tryAcquireUnnamed(base, n int64) (state uint32) {
	if state = p.tryAcquire(base, n); state == granted && n != 0 {
		p.holder.clear()
	}
	return state
}

// acquireOrEnqueue acquires the permits that w asks for, or puts w in the queue. The state
// is granted, refused or queued.
func (p *permits) acquireOrEnqueue(base int64, w *waiter) (state uint32) {
	p.latch.Lock()
	defer p.latch.Unlock()
	for {
		if state = p.tryAcquire(base, w.n); state != fresh {
			return state
		}
		if invariant.Enabled {
			invariant.Step("lock: about to look again")
		}
		s := p.word.Load()
		if s&hasQueue == 0 {
			if base+s>>2 >= w.n {
				continue
			}
			if invariant.Enabled {
				invariant.Step("lock: about to start the queue")
			}
			if !p.word.CompareAndSwap(s, s|hasQueue) { // rule 1: from now on rule 2 holds
				continue
			}
		}
		w.enqueue(&p.queue)
		return queued
	}
}

// release releases n permits, and reports whether so many may be released.
func (p *permits) release(cx *edo.Context, base, n int64) bool {
	p.holder.clear() // rule 9
	return p.releaseSome(cx, base, n)
}

// releaseSome is release by a holder that keeps some of its permits.
func (p *permits) releaseSome(cx *edo.Context, base, n int64) bool {
	for {
		w := p.word.Load()
		if w>>2 > maxFree(base)-n {
			return false
		}
		if w&hasQueue != 0 {
			if p.releaseToQueue(cx, base, n) {
				return true
			}
			continue
		}
		if invariant.Enabled {
			invariant.Step("lock: about to release")
		}
		if p.word.CompareAndSwap(w, w+n*onePermit) { // rule 1
			return true
		}
	}
}

// releaseToQueue releases n permits to the queue. It fails if the queue is empty by now, or
// if so many may not be released: then the word has changed since the caller loaded it.
func (p *permits) releaseToQueue(cx *edo.Context, base, n int64) bool {
	p.latch.Lock()
	w := p.word.Load()
	if p.queue.Empty() || w>>2 > maxFree(base)-n {
		p.latch.Unlock()
		return false
	}
	ws := p.grant(base, w+n*onePermit)
	p.latch.Unlock()
	ws.wakeAll(cx) // rule 8
	return true
}

// grant follows rule 4: it removes the waiters for which w, the new word, has permits, and
// stores the word without those. It returns their wakers. The caller holds the latch, and
// hasQueue is set.
func (p *permits) grant(base, w int64) (ws wakers) {
	// Rule 3: as many waiters from the front as there are permits for.
	end := p.queue.First()
	for ; end != nil && base+w>>2 >= end.n; end = waiters.Next(end) {
		w -= end.n * onePermit
	}
	if end == nil {
		w &^= hasQueue // rule 2
	}
	if invariant.Enabled {
		invariant.Step("lock: about to grant from the queue")
	}
	p.word.Store(w) // rule 5: before the states
	for first := p.queue.First(); first != end; first = p.queue.First() {
		p.queue.Remove(first)
		p.holder.set(first.task, 0, handed) // rule 9
		ws.add(first.waker)
		if invariant.Enabled {
			invariant.Step("lock: about to grant")
		}
		atomic.StoreUint32(&first.state, granted) // the last access to first
	}
	return ws
}

// leaveQueue removes w from the queue, if it is still there, and returns the state that it
// was in.
func (p *permits) leaveQueue(base int64, w *waiter) (state uint32) {
	p.latch.Lock()
	state = w.state
	if state != queued {
		p.latch.Unlock()
		return state
	}
	p.queue.Remove(w)
	w.state = done
	ws := p.grant(base, p.word.Load()) // rule 4: the waiters behind w may ask for less
	p.latch.Unlock()
	ws.wakeAll(nil)
	return state
}

// removeFree removes up to n of the free permits for good, and returns how many.
func (p *permits) removeFree(n int64) int64 {
	p.latch.Lock() // because of rule 2
	defer p.latch.Unlock()
	for {
		w := p.word.Load()
		k := min(n, w>>2)
		if p.word.CompareAndSwap(w, w-k*onePermit) {
			return k
		}
	}
}

// close follows rule 7: it refuses all waiters, and all that come later.
func (p *permits) close(cx *edo.Context) {
	var ws wakers
	p.latch.Lock()
	for {
		w := p.word.Load()
		if p.word.CompareAndSwap(w, w&^hasQueue|closed) {
			break
		}
	}
	for w := p.queue.First(); w != nil; w = p.queue.First() {
		p.queue.Remove(w)
		ws.add(w.waker)
		if invariant.Enabled {
			invariant.Step("lock: about to refuse")
		}
		atomic.StoreUint32(&w.state, refused) // the last access to w
	}
	p.latch.Unlock()
	ws.wakeAll(cx) // rule 8
}
