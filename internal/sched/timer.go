package sched

import (
	"errors"
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
)

// A Timer wakes one task at one instant, to the millisecond, rounded up. The zero
// Timer is ready to be armed. It lies inside the future that waits, and must not be
// copied once it has been armed. The future's task arms it; any goroutine may stop it.
type Timer struct {
	// The word:
	//
	//	bits 2-63  an instant in nanoseconds; or how long to wait
	//	bits 0-1   off      stopped, or never armed
	//	           armed    for the instant
	//	           fired    at the instant
	//	           delayed  not armed; the bits above say how long to wait once it is
	//
	// 62 bits last for 146 years. A later instant, [Never] too, is stored as the last
	// one, which never comes.
	//
	// The wheel of a worker holds pointers to timers, each with the tick that the entry
	// was made for. A goroutine that stops or moves a timer leaves its entry in the
	// wheel. An entry is stale, and is passed over, if its timer is not armed for an
	// instant of exactly that tick. A wheel is swept when more than half of its entries
	// are stale. Rules:
	//
	//  T1. The worker that turns the wheel changes armed → fired, by CAS, and then wakes
	//      the task. Before that wake another task may find the timer fired, and arm it
	//      for itself: so the worker wakes the task from before the CAS and the one from
	//      after it.
	//  T2. The task changes any state → armed or delayed, and writes task and in before
	//      that. Any goroutine changes armed → off, by CAS. Only the task writes a timer
	//      that is not armed.
	//  T3. An armed timer has an entry, for the tick of its instant, in the wheel that in
	//      names. A timer that is moved within the tick keeps that entry.
	//  T4. A timer may move to another runtime and be armed there for the same tick. Then
	//      the entry that it has left wakes its task too early; the task looks at its own
	//      clock, and arms the timer again.
	//  T5. Two entries for one tick (armed, moved, moved back) are harmless: the first
	//      that is met fires.
	word atomic.Uint64
	task atomic.Pointer[Task]
	in   atomic.Pointer[timers] // the wheel with the latest entry
}

const (
	timerOff uint64 = iota
	timerArmed
	timerFired
	timerDelayed
	timerState uint64 = 3
)

// latest is the last instant that a word has room for.
const latest = 1<<62 - 1

const tick = 1_000_000 // nanoseconds in a tick of the wheel

// ticks rounds an instant up. It is not before 0.
func ticks(at uint64) int64 { return int64((at + (tick - 1)) / tick) }

// Arm makes t wake the task of cx at the instant at. A timer that is armed already
// is moved. It costs some 80 ns, and next to nothing when t is armed for that instant.
func (cx *Context) Arm(t *Timer, at int64) {
	// Step 1: the task, before the word (rule T2).
	word := uint64(min(max(at, 0), latest))<<2 | timerArmed
	old := t.word.Load()
	if t.task.Load() != cx.task {
		t.task.Store(cx.task)
	} else if old == word && t.in.Load().rt == cx.rt {
		return
	}

	// Step 2: an armed timer keeps its entry (rule T3), or is disarmed. Another goroutine
	// may fire or stop it meanwhile.
	when := ticks(word >> 2)
	if invariant.Enabled {
		invariant.Step("timer.Arm: before the word is written")
	}
	if old&timerState == timerArmed {
		if in := t.in.Load(); in.rt == cx.rt && ticks(old>>2) == when {
			if old = t.word.Swap(word); old&timerState == timerArmed {
				return
			}
		} else if old = t.word.Swap(old &^ timerState); old&timerState == timerArmed {
			in.stale.Add(1)
		}
	}

	// Step 3: the wheel, before the word (rule T2), for the goroutine that stops t.
	ts := &cx.rt.workers[0].timers
	if cx.w != nil {
		ts = &cx.w.timers
	}
	if t.in.Load() != ts {
		t.in.Store(ts)
	}
	if invariant.Enabled {
		invariant.Step("timer.Arm: before it is armed")
	}
	t.word.Store(word)

	// Step 4: the entry (rule T3). It is not a function: the call would cost a nanosecond.
	ts.mu.Lock()
	if n := ts.stale.Load(); n > 64 && n > int64(ts.wheel.Len()/2) {
		ts.sweep()
	}
	ts.wheel.Insert(t, when)
	ts.publish()
	next := ts.next.Load()
	ts.mu.Unlock()
	if cx.w == nil && next < cx.rt.waitUntil.Load() { // rules P1, P3
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
		in := t.in.Load()
		if invariant.Enabled {
			invariant.Step("timer.Stop: before the CAS")
		}
		if t.word.CompareAndSwap(old, old&^timerState|timerOff) { // rule T2
			in.stale.Add(1)
			return
		}
	}
}

// Fired reports whether t has fired since it was armed last.
func (t *Timer) Fired() bool { return t.word.Load()&timerState == timerFired }

// Waiter returns the task that t wakes when it fires, or nil when it is not armed.
func (t *Timer) Waiter() *Task {
	if t.word.Load()&timerState != timerArmed {
		return nil
	}
	return t.task.Load()
}

// At returns the instant that t was armed for last, also when it has fired or was
// stopped since: 0 at first, and Never for one that does not come. For a delayed timer it
// returns the duration that Delay was given.
func (t *Timer) At() (at int64, delayed bool) {
	word := t.word.Load()
	at = int64(word >> 2)
	if at == latest {
		at = Never
	}
	return at, word&timerState == timerDelayed
}

// Delay stops t, and keeps how long to wait once the wait can begin. Only the task that
// arms t may call it.
func (t *Timer) Delay(d int64) {
	t.Stop()
	t.word.Store(uint64(min(max(d, 0), latest))<<2 | timerDelayed)
}

// fire fires t, and wakes its task, unless the entry for the tick when is stale. It
// returns the task if the caller must enqueue it.
func (t *Timer) fire(when int64) *Task {
	for {
		armed := t.word.Load()
		if armed&timerState != timerArmed || ticks(armed>>2) != when {
			return nil
		}
		before := t.task.Load()
		if invariant.Enabled {
			invariant.Step("timer.fire: before the CAS")
		}
		if !t.word.CompareAndSwap(armed, armed&^timerState|timerFired) { // rule T1
			continue
		}
		if invariant.Enabled {
			invariant.Step("timer.fire: before the wake")
		}
		task := t.task.Load()
		if task != before { // rule T1
			before.Wake()
		}
		if task.schedule(0) {
			return task
		}
		return nil
	}
}

// Now returns the present instant of the runtime's driver.
func (cx *Context) Now() int64 { return cx.rt.driver.Now() }

// ErrNoClock is the error of a wait for an instant in a task without a runtime.
var ErrNoClock = errors.New("edo: this task has no runtime, and so no clock")

// Passed returns an instant that has passed: that of the worker's last look at its timers.
// A task that a timer has woken reads it instead of the clock.
func (cx *Context) Passed() int64 {
	if cx.w == nil {
		return 0
	}
	return cx.w.core.timersAt
}
