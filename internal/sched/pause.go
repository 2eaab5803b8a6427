package sched

import (
	"sync"
	"time"

	"github.com/edo-go/edo/internal/gid"
)

// A runtime with one worker promises that its tasks never run at the same time, and a
// seeded one that nothing from outside comes between its choices. So whoever inspects
// tasks from another goroutine makes that worker stand still first, between two polls.
//
//	who pauses                               the worker
//	1. pauses + 1                            1. leaves the sleepers, or Choose: no
//	2. waits until the worker is idle, or       longer idle, or between
//	   between polls                         2. looks at pauses before each poll, and
//	                                            waits between polls until it is 0
//
// One of them sees the other, by the total order of atomic operations.
type pause struct {
	mu   sync.Mutex
	over sync.Cond // pauses has come to 0; its lock is mu
}

// Pause makes a runtime that has one worker stand still, and any other at least not
// believe that nothing is happening, until resume is called. A task that blocks can
// keep its worker from standing still: still says whether that was so within patience.
// On the worker's own goroutine it stands still anyway.
func (rt *Runtime) Pause(patience time.Duration) (resume func(), still bool) {
	rt.addExternal(1)
	resume = func() { rt.addExternal(-1) }
	w := rt.workers[0]
	if !rt.alone || rt.OnGoroutine(gid.Get()) {
		return resume, true
	}
	w.pauses.Add(1)
	resume = func() {
		if w.pauses.Add(-1) == 0 {
			rt.pause.mu.Lock()
			rt.pause.over.Broadcast()
			rt.pause.mu.Unlock()
		}
		rt.addExternal(-1)
	}
	for began := time.Now(); !w.idle.Load() && !w.between.Load(); {
		if time.Since(began) > patience {
			return resume, false
		}
		time.Sleep(20 * time.Microsecond)
	}
	return resume, true
}

// standStill waits until nobody pauses w any more.
func (w *Worker) standStill() {
	p := &w.rt.pause
	for w.pauses.Load() != 0 {
		w.between.Store(true)
		p.mu.Lock()
		for w.pauses.Load() != 0 {
			p.over.Wait()
		}
		p.mu.Unlock()
		w.between.Store(false)
	}
}
