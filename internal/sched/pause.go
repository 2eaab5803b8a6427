package sched

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/gid"
)

// A runtime with one worker promises that its tasks never run at the same time, and a
// seeded one that nothing from outside comes between its choices. So whoever inspects
// tasks from another goroutine makes that worker stand still first, between two polls.
//
//	who pauses                               the worker
//	1. sets paused                           1. leaves the sleepers, or Choose: no
//	2. waits until the worker is idle, or       longer idle, or between
//	   between polls                         2. looks at paused before each poll, and
//	                                            stands still while it is set
//
// One of them sees the other, by the total order of atomic operations. One at a time
// pauses, and between two of them a worker that stood still polls at least once.
type pause struct {
	turn  sync.Mutex  // whoever pauses
	letGo atomic.Bool // the worker has not left standStill since the last pause

	mu       sync.Mutex // guards the following
	over     sync.Cond  // paused was cleared; its lock is mu
	standing bool       // the worker is in standStill
}

// Alone says whether rt has one worker, and never another.
func (rt *Runtime) Alone() bool { return rt.alone }

// Pause makes a runtime that has one worker stand still, and any other at least not
// believe that nothing is happening, until resume is called. A task that blocks can
// keep its worker from standing still: still says whether that was so within patience.
// On the worker's own goroutine it stands still anyway.
func (rt *Runtime) Pause(patience time.Duration) (resume func(), still bool) {
	rt.addExternal(1)
	resume = func() { rt.addExternal(-1) }
	if !rt.alone || rt.OnGoroutine(gid.Get()) {
		return resume, true
	}
	began := time.Now()
	until := func(done func() bool) bool {
		for !done() {
			if time.Since(began) > patience {
				return false
			}
			time.Sleep(20 * time.Microsecond)
		}
		return true
	}
	w, p := rt.workers[0], &rt.pause
	if !until(func() bool { return !p.letGo.Load() && p.turn.TryLock() }) {
		return resume, false
	}
	w.paused.Store(true)
	still = until(func() bool { return w.idle.Load() || w.between.Load() })
	return func() {
		p.mu.Lock()
		w.paused.Store(false)
		p.letGo.Store(p.standing)
		p.over.Broadcast()
		p.mu.Unlock()
		p.turn.Unlock()
		rt.addExternal(-1)
	}, still
}

// standStill waits until nobody pauses w any more.
func (w *Worker) standStill() {
	p := &w.rt.pause
	p.mu.Lock()
	defer p.mu.Unlock()
	if !w.paused.Load() {
		return
	}
	p.standing = true
	w.between.Store(true)
	for w.paused.Load() {
		p.over.Wait()
	}
	w.between.Store(false)
	p.standing = false
	p.letGo.Store(false)
}
