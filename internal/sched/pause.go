package sched

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/gid"
)

// pause makes the worker of a runtime that has only one stand still between two polls,
// while another goroutine inspects the tasks. Such a runtime promises that its tasks never
// run at the same time; a seeded one, that nothing outside comes between its choices.
//
//	the goroutine that pauses              the worker
//	S1. sets paused                        S2. is no longer idle, or between polls: it
//	    waits until the worker is idle,        leaves the sleepers, or Choose
//	    or between polls                       reads paused then, and before each poll, and
//	                                           stands still while it is set
//
// One of them sees the other, by the total order of atomic operations. A worker that has
// slept stands still before it looks at its timers: one that fires them during an inspection
// finds a task that is held, and that task would become runnable behind the others.
//
//	S3. One goroutine at a time pauses. Between two pauses a worker that stood still
//	    goes on: to its queues after a sleep, or to a poll.
//	S4. The driver does not learn of a pause. Its clock may move meanwhile, and it may
//	    find a stall: the worker stands still before it acts on that. A clock that stood
//	    would never move while one goroutine takes one report after the other.
//	S5. The worker of a runtime that has ended is between polls for ever.
type pause struct {
	holder  sync.Mutex  // held by the goroutine that pauses
	leaving atomic.Bool // the worker has not left standStill since the last pause

	mu       sync.Mutex // guards the following
	over     sync.Cond  // paused was cleared; its lock is mu
	standing bool       // the worker is in standStill
}

// Pause makes a runtime that has one worker stand still until resume is called. Any other
// runtime it only keeps from concluding that nothing happens. A task that blocks can
// keep the worker from standing still: still reports whether it stood still within
// patience. On the worker's own goroutine it stands still anyway.
func (rt *Runtime) Pause(patience time.Duration) (resume func(), still bool) {
	rt.externals.Add(1)
	resume = func() { rt.externals.Add(-1) }
	if !rt.alone || rt.OnGoroutine(gid.Get()) {
		return resume, true
	}
	deadline := time.Now().Add(patience)
	r, p := &rt.workers[0].remote, &rt.pause
	if !pollUntil(deadline, p.hold) {
		return resume, false
	}
	r.paused.Store(true) // rule S1
	still = pollUntil(deadline, func() bool { return r.idle.Load() || r.betweenPolls.Load() })
	return func() {
		p.mu.Lock()
		r.paused.Store(false)
		p.leaving.Store(p.standing)
		p.over.Broadcast()
		p.mu.Unlock()
		p.holder.Unlock()
		rt.externals.Add(-1)
	}, still
}

// hold makes the caller the holder, unless there is one, or the worker has not gone on since the last
// pause (rule S3). Holders alone set leaving.
func (p *pause) hold() bool {
	if !p.holder.TryLock() {
		return false
	}
	if p.leaving.Load() {
		p.holder.Unlock()
		return false
	}
	return true
}

// pollUntil calls done every 20 µs until it returns true, and then returns true; false
// when the deadline has passed.
func pollUntil(deadline time.Time, done func() bool) bool {
	for !done() {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(20 * time.Microsecond)
	}
	return true
}

// standStill waits while w is paused (rule S2).
func (w *Worker) standStill() {
	p := &w.rt.pause
	p.mu.Lock()
	defer p.mu.Unlock()
	if !w.remote.paused.Load() {
		return
	}
	p.standing = true
	w.remote.betweenPolls.Store(true)
	for w.remote.paused.Load() {
		p.over.Wait()
	}
	w.remote.betweenPolls.Store(false)
	p.standing = false
	p.leaving.Store(false)
}
