package sched

import (
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/wheel"
)

// A Timer wakes one task at one instant, to the millisecond, rounded up. The zero
// Timer is ready to be armed. It lies inside the future that waits, and must not be
// copied once it has been armed. The future's task arms it; it may be stopped from
// any goroutine.
//
// # The word
//
//	bits 2-63  deadline in milliseconds
//	bits 0-1   off, armed, fired
//
// A wheel holds pointers to timers, each with the deadline that it was put there
// for. Whoever stops or moves a timer leaves its entry in the wheel: it is stale
// when the timer is not armed for just that deadline, and is passed over. Wheels
// are swept when more than half of their entries are stale. Rules:
//
//  1. armed → fired by the worker that turns the wheel, by CAS; it then wakes the
//     task.
//  2. any → armed by the task, which writes task before; armed → off by anybody.
//  3. A timer may have moved to another runtime and be armed there for the same
//     deadline: then the entry that it has left wakes its task, which is early, looks at
//     its own clock, and arms the timer again.
//  4. Two entries for one deadline (armed, moved, moved back) are harmless: the
//     first to be met fires.
type Timer struct {
	word atomic.Uint64
	task atomic.Pointer[Task]
	in   atomic.Pointer[timers] // where the latest entry is
}

const (
	timerOff uint64 = iota
	timerArmed
	timerFired
	timerState uint64 = 3
)

const tick = 1_000_000 // nanoseconds in a tick of the wheel

// ticks rounds an instant up.
func ticks(at int64) int64 {
	if at > Never-tick {
		at = Never - tick
	}
	return max(0, (at+tick-1)/tick)
}

// timers is the wheel of a worker. Any worker may turn it, and a goroutine without
// a worker uses the first worker's.
type timers struct {
	next  atomic.Int64 // instant of the next thing to do, published; Never: empty
	stale atomic.Int64 // entries that nobody waits for, at the most
	mu    sync.Mutex   // guards the following
	wheel wheel.Wheel[*Timer]
}

func (ts *timers) init() { ts.next.Store(Never) }

// Arm makes t wake the task of cx at the instant at. A timer that is armed already
// is moved.
func (cx *Context) Arm(t *Timer, at int64) {
	when := ticks(at)
	if t.task.Load() != cx.task {
		t.task.Store(cx.task)
	}
	word := uint64(when)<<2 | timerArmed
	ts := &cx.rt.workers[0].timers
	if cx.w != nil {
		ts = &cx.w.timers
	}
	before := t.in.Swap(ts) // ahead of the word: who stops t wants to know
	switch old := t.word.Swap(word); {
	case old == word:
		t.in.Store(before) // the entry is there
		return
	case old&timerState == timerArmed:
		before.stale.Add(1)
	}
	ts.mu.Lock()
	if n := ts.stale.Load(); n > 64 && n > int64(ts.wheel.Len()/2) {
		ts.sweep()
	}
	ts.wheel.Insert(t, when)
	ts.publish()
	next := ts.next.Load()
	ts.mu.Unlock()
	if cx.w == nil && next < cx.rt.waitUntil.Load() {
		cx.rt.driver.Wake()
	}
}

// Stop disarms t.
func (t *Timer) Stop() {
	for {
		old := t.word.Load()
		if old&timerState != timerArmed {
			return
		}
		if invariant.Enabled {
			invariant.Step("timer.Stop: before the CAS")
		}
		if t.word.CompareAndSwap(old, old&^timerState|timerOff) {
			t.in.Load().stale.Add(1)
			return
		}
	}
}

// Fired says whether t has fired since it was armed last.
func (t *Timer) Fired() bool { return t.word.Load()&timerState == timerFired }

// fire wakes t's task unless the entry is stale, and says whether the caller must
// enqueue the task.
func (t *Timer) fire(when int64) *Task {
	armed := uint64(when)<<2 | timerArmed
	if invariant.Enabled {
		invariant.Step("timer.fire: before the CAS")
	}
	if !t.word.CompareAndSwap(armed, armed&^timerState|timerFired) {
		return nil
	}
	if task := t.task.Load(); task.schedule(0) {
		return task
	}
	return nil
}

// sweep throws the stale entries out.
func (ts *timers) sweep() {
	ts.stale.Store(0)
	ts.wheel.Sweep(func(t *Timer, when int64) bool {
		return t.word.Load() == uint64(when)<<2|timerArmed
	})
}

// clear throws the stale entries out, if there are any.
func (ts *timers) clear() {
	if ts.stale.Load() > 0 {
		ts.mu.Lock()
		ts.sweep()
		ts.publish()
		ts.mu.Unlock()
	}
}

// publish says when there is something to do next.
func (ts *timers) publish() {
	next := ts.wheel.Next()
	if next >= Never/tick {
		next = Never
	} else {
		next *= tick
	}
	if next != ts.next.Load() {
		ts.next.Store(next)
	}
}

// turn fires what is due at the instant now: the tasks become urgent to w.
func (ts *timers) turn(w *Worker, now int64) {
	var first, last *Task
	n := 0
	ts.mu.Lock()
	before := ts.wheel.Len()
	ts.wheel.Advance(now/tick, func(t *Timer, when int64) {
		task := t.fire(when)
		switch {
		case task == nil:
		case task.home == nil || task.home.rt != w.rt: // the timer has moved to another runtime
			task.enqueue()
		case first == nil:
			first, last, n = task, task, 1
		default:
			last.next = task
			last, n = task, n+1
		}
	})
	if ts.wheel.Len() == 0 && before != 0 {
		ts.stale.Store(0)
	}
	ts.publish()
	ts.mu.Unlock()
	if n != 0 {
		w.urgent.push(first, last, n)
		if n > 1 {
			w.notifyPushed()
		}
	}
}

// nextTimer returns the earliest instant that a wheel has published.
func (rt *Runtime) nextTimer() int64 {
	next := Never
	for _, w := range *rt.all.Load() {
		next = min(next, w.timers.next.Load())
	}
	return next
}

// look wakes what is due and what is ready, and does not wait. It returns the
// present instant, or 0 when there was no need to ask for it.
func (w *Worker) look() (now int64) {
	w.lookDue = false
	if w.tick%lookEvery == 0 {
		now = w.rt.driver.Now()
	}
	now = w.lookAtTimers(now)
	// One task is this worker's to run; for more another one may wake.
	if d := w.rt.driver; d.Registered() && d.Look(&w.cx) && w.ring.len() > 1 {
		w.notifyPushed()
	}
	return now
}

// lookAtTimers wakes what is due at the instant now, or at the present one when
// now is 0.
func (w *Worker) lookAtTimers(now int64) int64 {
	if w.rt.nextTimer() == Never {
		return now
	}
	if now == 0 {
		now = w.rt.driver.Now()
	}
	for _, v := range *w.rt.all.Load() {
		if v.timers.next.Load() <= now {
			v.timers.turn(w, now)
		}
	}
	return now
}

// Now returns the present instant of the runtime's driver.
func (cx *Context) Now() int64 { return cx.rt.driver.Now() }
