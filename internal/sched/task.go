package sched

import (
	"sync/atomic"
	"unsafe"

	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/invariant"
)

// A Body is what a task runs. One goroutine at a time calls it.
type Body interface {
	// Poll goes as far as it can without waiting and says whether the task has
	// ended. A task that has not ended has arranged for a wake.
	Poll(cx *Context) (ended bool)

	// Fail tells the body that its last Poll did not return: it panicked with
	// value, or value is nil and it called runtime.Goexit. Fail runs no code of
	// the user's. The body is polled again, to end itself.
	Fail(value any, stack []byte)
}

// Parked is the body of an external task: one that a goroutine outside the
// workers drives, parked while the task is idle.
type Parked interface {
	Body
	// Unpark lets the goroutine go on. It is called once per suspension, from
	// anywhere, and must not block.
	Unpark()
}

// Watcher is a body that wants to hear of a cancellation at once, on the goroutine
// that asks for it, and not only when it is polled.
type Watcher interface {
	Body
	// Cancelled may be called more than once. It must not block.
	Cancelled()
}

// A Task is the unit of scheduling. It is meant to be the first field of a
// larger object, so that a task is one allocation. The zero state means
// "active", so that spawning stores nothing.
//
// # The state word
//
//	bits 0-1  lifecycle
//	bit  2    resolved: what the task has come to can be read
//	bit  3    cancelled: somebody has asked the task to end
//	bit  4    watched: the body is a [Watcher], and wants to hear of it at once
//	bit  5    complete: ended, without a worker; nothing changes any more
//	bit  6    hands down: what it spawns has something from it; set before it is
//	          spawned, or by its own polls
//	bit  7    inspected: it is active because somebody asks what it waits for
//	bit  8    joined: somebody waits for it to be resolved
//	bit  9    let go: the future has returned, and is its task's no more
//
//	lifecycle   the task is                          who may change it
//	active      in exactly one queue, or in the      whoever polls it → idle;
//	            hands of who took it out, or polled  any waker → notified
//	idle        waiting; in no queue                 whoever wins the CAS → active, and enqueues it
//	notified    active, and woken meanwhile          who begins a poll → active;
//	                                                 who ends one → active, and enqueues it
//
// That a task is queued and that it is polled are one state: so a poll begins, and a
// task that yields goes back into a queue, without an atomic operation. Who wants to
// know which of the two it is asks the workers, see [Runtime.State].
//
// A task that has ended on a worker stays active for ever: a wake marks it, and
// nobody looks any more. That saves a store per task.
//
// Rules:
//
//  1. Only the winner of idle → active enqueues, so a task is in at most one
//     queue, once.
//  2. next and home are written by whoever holds the task: the goroutine that
//     moved it out of idle until it is enqueued, then the queue, then the worker
//     that polls it. They pass from one to the other through the state word and
//     the queues' own synchronisation.
//  3. A wake of an active task makes it notified. Either that comes before the
//     beginning of a poll, which takes the mark off by a CAS and then sees, in the total
//     order of atomic operations, what the waker wrote before it under the protection of
//     the primitive; or it comes before the end of the poll, which finds the mark, and
//     the task is polled again. A wake of a notified task does nothing: one of the two is
//     still to come.
//
// There is no reference count: a waker is a pointer, and the collector counts.
type Task struct {
	body Body
	next *Task
	home *Worker // where it was polled last; nil for an external task

	state atomic.Uint32
	slot  uint32 // where the registry holds it; 0: not registered
}

const (
	active uint32 = iota
	idle
	notified

	lifecycle uint32 = 3
	resolved  uint32 = 4
	cancelled uint32 = 8
	watched   uint32 = 16
	complete  uint32 = 32
	handsDown uint32 = 64
	inspected uint32 = 128
	joined    uint32 = 256
	letGo     uint32 = 512
)

// Init gives a fresh task its body.
func (t *Task) Init(body Body) { t.body = body }

// InitExternal makes t an external task, which starts out active, on the
// calling goroutine.
func (t *Task) InitExternal(body Parked) { t.body = body }

// Inspect calls look while nobody polls t, if t is idle, and says whether it was. A
// wake that comes meanwhile is kept until look has returned, panicked or called Goexit.
func (t *Task) Inspect(look func()) bool {
	s := t.state.Load()
	if s&(lifecycle|complete) != idle || !t.state.CompareAndSwap(s, s&^lifecycle|active|inspected) {
		return false
	}
	defer func() {
		if !t.suspend() {
			t.enqueue()
		}
	}()
	look()
	return true
}

// A State is what a task does, as a report shows it.
type State uint8

const (
	Waiting State = iota
	Runnable
	Running
)

// Listed says whether t is in the registry. A task that has ended may be for a moment.
func (t *Task) Listed() bool { return t.registered() }

// State returns what t, a task of rt, does now, which may have changed when it returns.
func (rt *Runtime) State(t *Task) State {
	if s := t.state.Load(); s&lifecycle == idle || s&inspected != 0 {
		return Waiting
	}
	if _, ok := t.body.(Parked); ok {
		return Running
	}
	for _, w := range *rt.all.Load() {
		if atomic.LoadUintptr(&w.now) == uintptr(unsafe.Pointer(t)) && !w.between.Load() && !w.idle.Load() {
			return Running
		}
	}
	return Runnable
}

// HasEnded says whether t has come to its end: it is resolved, or marked as complete.
func (t *Task) HasEnded() bool { return t.state.Load()&(resolved|complete) != 0 }

// IsIdle says whether t waits: it is in no queue, and no goroutine polls it.
func (t *Task) IsIdle() bool { return t.state.Load()&(lifecycle|complete) == idle }

// IsInspected says whether [Task.Inspect] has t just now.
func (t *Task) IsInspected() bool { return t.state.Load()&inspected != 0 }

// HomeOr returns the runtime whose worker polled t last, or rt for an external task. Only
// the function that [Task.Inspect] calls may call it.
func (t *Task) HomeOr(rt *Runtime) *Runtime {
	if t.home != nil {
		return t.home.rt
	}
	return rt
}

// Body returns what t runs.
func (t *Task) Body() Body { return t.body }

// SetHandsDown says that the tasks that t spawns have something from it.
func (t *Task) SetHandsDown() { t.state.Or(handsDown) }

// HandsDown says whether SetHandsDown was called.
func (t *Task) HandsDown() bool { return t.state.Load()&handsDown != 0 }

// Resolve says that what t has come to can be read, and whether somebody waits for
// that. What the caller did before is seen by whoever finds t resolved. Only the worker
// that polls t, or who refuses it, may call it; the second time it does nothing.
func (t *Task) Resolve() (wanted bool) {
	if t.IsResolved() {
		return false
	}
	return t.state.Add(resolved)&joined != 0
}

// IsResolved says whether [Task.Resolve] was called.
func (t *Task) IsResolved() bool { return t.state.Load()&resolved != 0 }

// Join says that somebody waits for t to be resolved, and whether it is. Either it is,
// or Resolve says that it was joined, and sees what the caller did before.
func (t *Task) Join() (isResolved bool) {
	s := t.state.Load()
	if s&(resolved|joined) == 0 {
		s = t.state.Or(joined)
	}
	return s&resolved != 0
}

// Plain says that t is neither cancelled nor has let go of what it runs: its poll is as
// most are.
func (t *Task) Plain() bool { return t.state.Load()&(cancelled|letGo) == 0 }

// LetGo notes that t has let go of what it runs. Only its polls may call it.
func (t *Task) LetGo() { t.state.Or(letGo) }

// HasLetGo says whether [Task.LetGo] was called.
func (t *Task) HasLetGo() bool { return t.state.Load()&letGo != 0 }

// IsCancelled says whether [Task.Cancel] was called.
func (t *Task) IsCancelled() bool { return t.state.Load()&cancelled != 0 }

// schedule registers a wake and says whether the caller must enqueue t.
// With extra bits it sets them too.
func (t *Task) schedule(extra uint32) bool {
	for {
		s := t.state.Load()
		if invariant.Enabled {
			invariant.Step("task.schedule: before the CAS")
		}
		if s&complete != 0 {
			return false
		}
		switch s & lifecycle {
		case idle:
			if t.state.CompareAndSwap(s, s&^lifecycle|active|extra) {
				return true
			}
		case active:
			if t.state.CompareAndSwap(s, s|notified|extra) {
				return false
			}
		default:
			if s|extra == s || t.state.CompareAndSwap(s, s|extra) {
				return false
			}
		}
	}
}

// Complete marks a task that no worker polls as ended: wakes do nothing from then
// on. Whether it was cancelled can still be asked.
func (t *Task) Complete() { t.state.Or(complete) }

// begin begins a poll: it takes note of the wakes that came while t was in a queue.
func (t *Task) begin() {
	for {
		s := t.state.Load()
		if invariant.Enabled {
			invariant.Check(s&lifecycle != idle, "a task that is idle is polled")
			invariant.Step("task.begin: before the CAS")
		}
		if s&lifecycle == active || t.state.CompareAndSwap(s, s&^lifecycle|active) {
			return
		}
	}
}

// suspend ends a poll that is not the last: false means that a wake came
// meanwhile, and that t is active still and the caller's to enqueue.
func (t *Task) suspend() bool {
	for {
		s := t.state.Load()
		if invariant.Enabled {
			invariant.Step("task.suspend: before the CAS")
		}
		if s&lifecycle == notified {
			if t.state.CompareAndSwap(s, s&^(lifecycle|inspected)|active) {
				return false
			}
		} else if t.state.CompareAndSwap(s, s&^(lifecycle|inspected)|idle) {
			return true
		}
	}
}

// Wake makes t run again, some time after the call. It may be called from any
// goroutine, and by a poll of t itself. What the caller did before Wake is seen
// by the poll that follows. On a worker of the runtime, if there are few, it is
// [Task.WakeBy]; from elsewhere it pushes t onto the inbox of the worker that polled t
// last, and wakes a parked worker.
func (t *Task) Wake() {
	if t.schedule(0) {
		t.enqueue()
	}
}

// Cancel asks t to end: it sets the cancelled bit and wakes t. Only the worker
// that then polls t drops anything.
func (t *Task) Cancel() {
	if t.schedule(cancelled) {
		t.enqueue()
	}
	if t.state.Load()&watched != 0 {
		t.body.(Watcher).Cancelled()
	}
}

// Watch makes [Watcher.Cancelled] be called when t is cancelled, also if that has
// happened before. Only a poll of t may call it; what it wrote before is seen by
// Cancelled.
func (t *Task) Watch() {
	if t.state.Or(watched)&cancelled != 0 {
		t.body.(Watcher).Cancelled()
	}
}

// Watch is [Task.Watch], for a poll: CancelAll must find the task, also in its
// first poll.
func (cx *Context) Watch() {
	t := cx.root
	if cx.w != nil && !t.registered() {
		cx.rt.register(t, cx.w.id)
	}
	t.Watch()
}

// enqueue puts a task that the caller has made active where a worker finds it.
func (t *Task) enqueue() {
	w := t.home
	if w == nil {
		t.body.(Parked).Unpark()
		return
	}
	g := gid.Get()
	if w.gid.Load() == g {
		w.pushSlot(t)
		return
	}
	if all := *w.rt.all.Load(); len(all) <= fewWorkers {
		for _, v := range all { // a poll on another worker: as WakeBy
			if v.gid.Load() == g {
				v.pushSlot(t)
				return
			}
		}
	}
	w.pushInbox(t)
}

// fewWorkers is how many workers a wake without a context asks whether it runs on one
// of them: each may be a miss of the cache.
const fewWorkers = 8

// WakeBy is Wake from inside a poll: the task goes into the slot of the worker
// that polls, to run next, or behind the others when one is there already.
func (t *Task) WakeBy(cx *Context) {
	if t.schedule(0) {
		cx.enqueueSlot(t)
	}
}

// WakeBack wakes t, from inside a poll or a look of the driver, so that it goes to
// the back of the ring and disturbs nobody.
func (t *Task) WakeBack(cx *Context) {
	if !t.schedule(0) {
		return
	}
	if !cx.runs(t) {
		t.enqueue()
		return
	}
	cx.w.push(t)
}

func (cx *Context) enqueueSlot(t *Task) {
	if !cx.runs(t) {
		t.enqueue()
		return
	}
	cx.w.pushSlot(t)
}

// runs says whether the worker that polls may poll t as well: t is neither external nor
// another runtime's.
func (cx *Context) runs(t *Task) bool {
	return t.home != nil && cx.w != nil && t.home.rt == cx.rt
}
