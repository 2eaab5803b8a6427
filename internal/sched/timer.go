package sched

import (
	"errors"
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
//	bits 2-63  an instant in nanoseconds; or how long to wait
//	bits 0-1   off      stopped, or never armed
//	           armed    for the instant
//	           fired    at it
//	           delayed  not armed: it will be, so much later than that is asked for
//
// 62 bits last for 146 years. What is later, [Never] too, is the last of them, and
// never comes.
//
// A wheel holds pointers to timers, each with the tick that it was put there
// for. Whoever stops or moves a timer leaves its entry in the wheel: it is stale
// when the timer is not armed for an instant of just that tick, and is passed over.
// Wheels are swept when more than half of their entries are stale. Rules:
//
//  1. armed → fired by the worker that turns the wheel, by CAS; it then wakes the
//     task. Another task may find the timer fired, and arm it for itself, before that: so
//     the worker wakes the task that was there before the CAS, and the one after it.
//  2. any → armed, delayed by the task, which writes task and in before; armed → off by
//     anybody. A timer that is not armed nobody else writes.
//  3. An armed timer has an entry in the wheel that in says, for the tick of its instant.
//     When it is moved within the tick, that entry will do.
//  4. A timer may have moved to another runtime and be armed there for the same
//     tick: then the entry that it has left wakes its task, which is early, looks at
//     its own clock, and arms the timer again.
//  5. Two entries for one tick (armed, moved, moved back) are harmless: the
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
	timerDelayed
	timerState uint64 = 3
)

// latest is the last instant that a word has room for.
const latest = 1<<62 - 1

const tick = 1_000_000 // nanoseconds in a tick of the wheel

// ticks rounds an instant up. It is not before 0.
func ticks(at uint64) int64 { return int64((at + (tick - 1)) / tick) }

// timers is the wheel of a worker. Any worker may turn it, and a goroutine without
// a worker uses the first worker's.
type timers struct {
	rt     *Runtime
	passed int64 // the worker's alone: when it last looked at the timers

	urgentAt atomic.Int64 // since when the worker has had urgent tasks, if it has any

	next  atomic.Int64 // instant of the next thing to do, published; Never: empty
	stale atomic.Int64 // entries that nobody waits for, at the most
	mu    sync.Mutex   // guards the following
	wheel wheel.Wheel[*Timer]
}

func (ts *timers) init(rt *Runtime) {
	ts.rt = rt
	ts.next.Store(Never)
}

// Arm makes t wake the task of cx at the instant at. A timer that is armed already
// is moved. It costs some 80 ns, and next to nothing when t is armed for that instant.
func (cx *Context) Arm(t *Timer, at int64) {
	word := uint64(min(max(at, 0), latest))<<2 | timerArmed
	old := t.word.Load()
	if t.task.Load() != cx.task {
		t.task.Store(cx.task)
	} else if old == word && t.in.Load().rt == cx.rt {
		return
	}
	ts := &cx.rt.workers[0].timers
	if cx.w != nil {
		ts = &cx.w.timers
	}
	when := ticks(word >> 2)
	if invariant.Enabled {
		invariant.Step("timer.Arm: before the word is written")
	}
	if old&timerState == timerArmed { // somebody may fire it, or stop it
		if in := t.in.Load(); in.rt == cx.rt && ticks(old>>2) == when {
			if old = t.word.Swap(word); old&timerState == timerArmed {
				return // the entry is there
			}
		} else if old = t.word.Swap(old &^ timerState); old&timerState == timerArmed {
			in.stale.Add(1)
		}
	}
	if t.in.Load() != ts {
		t.in.Store(ts) // ahead of the word: who stops t wants to know
	}
	if invariant.Enabled {
		invariant.Step("timer.Arm: before it is armed")
	}
	t.word.Store(word)
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
		in := t.in.Load()
		if invariant.Enabled {
			invariant.Step("timer.Stop: before the CAS")
		}
		if t.word.CompareAndSwap(old, old&^timerState|timerOff) {
			in.stale.Add(1)
			return
		}
	}
}

// Fired says whether t has fired since it was armed last.
func (t *Timer) Fired() bool { return t.word.Load()&timerState == timerFired }

// Waiter returns the task that t wakes when it fires, or nil when it is not armed.
func (t *Timer) Waiter() *Task {
	if t.word.Load()&timerState != timerArmed {
		return nil
	}
	return t.task.Load()
}

// At returns the instant that t was armed for last, also when that has fired or was
// stopped since: 0 at first, and Never for one that does not come. Or else, if it is
// delayed, what Delay was told.
func (t *Timer) At() (at int64, delayed bool) {
	word := t.word.Load()
	at = int64(word >> 2)
	if at == latest {
		at = Never
	}
	return at, word&timerState == timerDelayed
}

// Delay stops t, and keeps how long to wait once that can begin. It is for the task that
// arms t.
func (t *Timer) Delay(d int64) {
	t.Stop()
	t.word.Store(uint64(min(max(d, 0), latest))<<2 | timerDelayed)
}

// fire wakes t's task unless the entry is stale, and says whether the caller must
// enqueue the task.
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
		if !t.word.CompareAndSwap(armed, armed&^timerState|timerFired) {
			continue
		}
		if invariant.Enabled {
			invariant.Step("timer.fire: before the wake")
		}
		task := t.task.Load()
		if task != before { // see rule 1
			before.Wake()
		}
		if task.schedule(0) {
			return task
		}
		return nil
	}
}

// sweep throws the stale entries out.
func (ts *timers) sweep() {
	ts.stale.Store(0)
	ts.wheel.Sweep(func(t *Timer, when int64) bool {
		word := t.word.Load()
		return word&timerState == timerArmed && ticks(word>>2) == when
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
	if next >= latest/tick {
		next = Never
	} else {
		next *= tick
	}
	if next != ts.next.Load() {
		ts.next.Store(next)
	}
}

// A salvo fires timers. What they wake in its own runtime it strings together, to
// become urgent at once; other tasks it enqueues.
type salvo struct {
	rt          *Runtime
	first, last *Task
	n           int
}

// fire fires the timers that are due in one tick. Each of them, and its task, is most
// likely in no cache. An atomic write makes the processor wait for all that it has
// begun before, and so for one of them after the other; a round that only reads has
// them all under way together. That saves a tenth of all that a million sleeping tasks cost.
func (s *salvo) fire(due []*Timer, when int64) {
	for _, t := range due {
		s.touch(t)
	}
	for _, t := range due {
		task := t.fire(when)
		switch {
		case task == nil:
		case task.home == nil || task.home.rt != s.rt: // the timer has moved to another runtime
			task.enqueue()
		case s.first == nil:
			s.first, s.last, s.n = task, task, 1
		default:
			s.last.next = task
			s.last = task
			s.n++
		}
	}
}

// touch reads what fire will write.
//
//go:noinline
func (s *salvo) touch(t *Timer) uint32 {
	if t.word.Load()&timerState == timerArmed {
		return t.task.Load().state.Load()
	}
	return 0
}

// turn fires what is due at the instant now: the tasks become urgent to w.
func (ts *timers) turn(w *Worker, now int64) {
	s := salvo{rt: w.rt}
	ts.mu.Lock()
	before := ts.wheel.Len()
	ts.wheel.Advance(now/tick, s.fire)
	if ts.wheel.Len() == 0 && before != 0 {
		ts.stale.Store(0)
	}
	ts.publish()
	ts.mu.Unlock()
	if s.n != 0 {
		if w.urgent.len.Load() == 0 {
			w.timers.urgentAt.Store(now)
		}
		w.urgent.push(s.first, s.last, s.n)
		if s.n > 1 {
			w.notifyPushed()
		}
	}
}

// grace is for how long tasks whose timer has fired are left to the worker that has woken
// them. They have just been in its cache, and workers that share them compete for the same
// locks: a million timers in a second then cost a tenth more. After that the worker is
// in a long poll, or has too many of them.
const grace = 3 * tick

// nextTimer returns the earliest instant that a wheel has published.
func (rt *Runtime) nextTimer() int64 {
	next := Never
	for _, w := range *rt.all.Load() {
		next = min(next, w.timers.next.Load())
	}
	return next
}

// nextAlarm returns until when w may wait: the earliest instant that a wheel has published,
// or when it takes over what is urgent to another worker.
func (w *Worker) nextAlarm() int64 {
	next := Never
	for _, v := range *w.rt.all.Load() {
		next = min(next, v.timers.next.Load())
		if v != w && v.urgent.len.Load() != 0 {
			next = min(next, v.timers.urgentAt.Load()+grace)
		}
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
// now is 0, and takes over what is urgent to another worker for too long.
func (w *Worker) lookAtTimers(now int64) int64 {
	if w.nextAlarm() == Never {
		return now
	}
	if now == 0 {
		now = w.rt.driver.Now()
	}
	w.timers.passed = now
	for _, v := range *w.rt.all.Load() {
		if v.timers.next.Load() <= now {
			v.timers.turn(w, now)
		}
		if v != w && v.urgent.len.Load() != 0 && v.timers.urgentAt.Load()+grace <= now && w.urgent.len.Load() == 0 {
			w.takeOver(v)
		}
	}
	return now
}

// takeOver moves half of what is urgent to v to w.
func (w *Worker) takeOver(v *Worker) {
	n := int(v.urgent.len.Load())
	if first := v.urgent.pop((n + 1) / 2); first != nil {
		w.timers.urgentAt.Store(v.timers.urgentAt.Load())
		w.urgent.pushAll(first)
		w.steals.Add(1)
	}
}

// Now returns the present instant of the runtime's driver.
func (cx *Context) Now() int64 { return cx.rt.driver.Now() }

// ErrNoClock is what a wait for an instant fails with in a task without a runtime.
var ErrNoClock = errors.New("edo: this task has no runtime, and so no clock")

// Passed returns an instant that has passed: when the worker that polls last looked at its
// timers. It spares the clock those that a timer has woken.
func (cx *Context) Passed() int64 {
	if cx.w == nil {
		return 0
	}
	return cx.w.timers.passed
}
