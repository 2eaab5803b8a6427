package sched

import (
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/wheel"
)

// timers is the wheel of a worker. Any worker may turn it. A goroutine without a worker
// arms its timers in the first worker's.
type timers struct {
	rt *Runtime

	next  atomic.Int64 // instant of the next thing to do, published; Never: empty
	stale atomic.Int64 // stale entries, at the most

	mu    sync.Mutex // guards the following
	wheel wheel.Wheel[*Timer]
}

func (ts *timers) init(rt *Runtime) {
	ts.rt = rt
	ts.next.Store(Never)
}

// sweep takes the stale entries out. Locked.
func (ts *timers) sweep() {
	ts.stale.Store(0)
	ts.wheel.Sweep(func(t *Timer, when int64) bool {
		word := t.word.Load()
		return word&timerState == timerArmed && ticks(word>>2) == when
	})
}

// sweepStale takes the stale entries out, if there are any.
func (ts *timers) sweepStale() {
	if ts.stale.Load() > 0 {
		ts.mu.Lock()
		ts.sweep()
		ts.publish()
		ts.mu.Unlock()
	}
}

// publish stores the instant of the next thing to do (rule P1). Locked.
func (ts *timers) publish() {
	next := ts.wheel.Next()
	if next >= latest/tick {
		next = Never
	} else {
		next *= tick
	}
	if next != ts.next.Load() {
		ts.next.Store(next)
	}
}

// A firing fires the timers that are due, for one worker. It collects the tasks of that
// worker's runtime in a chain, which then becomes urgent at once. It enqueues other tasks.
type firing struct {
	rt          *Runtime
	first, last *Task
	n           int
}

// fire fires the timers that are due in one tick. Each of them, and its task, is most
// likely in no cache. An atomic write makes the processor wait for all loads before it,
// and so for one timer after the other. A first round that only reads has all the loads
// under way together. That saves a tenth of all that a million sleeping tasks cost.
func (f *firing) fire(due []*Timer, when int64) {
	for _, t := range due {
		f.touch(t)
	}
	for _, t := range due {
		task := t.fire(when)
		switch {
		case task == nil:
		case task.home == nil || task.home.rt != f.rt: // the timer has moved to another runtime
			task.enqueue()
		case f.first == nil:
			f.first, f.last, f.n = task, task, 1
		default:
			f.last.next = task
			f.last = task
			f.n++
		}
	}
}

// touch reads what fire will write.
//
//go:noinline
func (f *firing) touch(t *Timer) uint32 {
	if t.word.Load()&timerState == timerArmed {
		return t.task.Load().state.Load()
	}
	return 0
}

// fireDue fires the timers that are due at the instant now. Their tasks become urgent to
// w (rule W5).
func (ts *timers) fireDue(w *Worker, now int64) {
	f := firing{rt: w.rt}
	ts.mu.Lock()
	before := ts.wheel.Len()
	ts.wheel.Advance(now/tick, f.fire)
	if ts.wheel.Len() == 0 && before != 0 {
		ts.stale.Store(0)
	}
	ts.publish()
	ts.mu.Unlock()
	if f.n != 0 {
		if w.urgent.len.Load() == 0 {
			w.urgent.since.Store(now)
		}
		w.urgent.push(f.first, f.last, f.n)
		if f.n > 1 {
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

// urgentQueue holds tasks that a fired timer has woken, for the worker that has fired it.
type urgentQueue struct {
	queue
	since atomic.Int64 // instant since which there have been some, if there are
}

// grace is for how long urgent tasks are left to the worker that has woken them. They have
// just been in its cache, and workers that share them compete for the same locks: a million
// timers in a second then cost a tenth more. After a grace, that worker is in a long poll,
// or has too many of them.
const grace = 3 * tick

// nextAlarm returns until when w may wait (rules P2, P4): the earliest instant that a wheel
// has published, or when w takes urgent tasks of another worker.
func (w *Worker) nextAlarm() int64 {
	next := Never
	for _, v := range *w.rt.all.Load() {
		next = min(next, v.timers.next.Load())
		if v != w && v.urgent.len.Load() != 0 {
			next = min(next, v.urgent.since.Load()+grace)
		}
	}
	return next
}

// lookAtDriver wakes the tasks whose timers are due or whose I/O is ready, and does not
// wait. It returns the present instant, or 0 if it did not need to read the clock.
func (w *Worker) lookAtDriver() (now int64) {
	w.core.lookDue = false
	if w.core.tick%lookEvery == 0 {
		now = w.rt.driver.Now()
	}
	now = w.lookAtTimers(now)
	// One task is this worker's to run; for more another worker may wake.
	if d := w.rt.driver; d.Registered() && d.Look(&w.core.cx) && w.ring.len() > 1 {
		w.notifyPushed()
	}
	return now
}

// lookAtTimers wakes the tasks whose timers are due at the instant now, or at the present
// one if now is 0. It takes tasks that have been urgent to another worker for too long.
func (w *Worker) lookAtTimers(now int64) int64 {
	if w.nextAlarm() == Never {
		return now
	}
	if now == 0 {
		now = w.rt.driver.Now()
	}
	w.core.timersAt = now
	for _, v := range *w.rt.all.Load() {
		if v.timers.next.Load() <= now {
			v.timers.fireDue(w, now)
		}
		if v != w && v.urgent.len.Load() != 0 && v.urgent.since.Load()+grace <= now && w.urgent.len.Load() == 0 {
			w.takeUrgent(v) // rule P4
		}
	}
	return now
}

// takeUrgent moves half of the tasks that are urgent to v to w.
func (w *Worker) takeUrgent(v *Worker) {
	n := int(v.urgent.len.Load())
	if first := v.urgent.pop((n + 1) / 2); first != nil {
		w.urgent.since.Store(v.urgent.since.Load())
		w.urgent.pushAll(first)
		w.remote.steals.Add(1)
	}
}
