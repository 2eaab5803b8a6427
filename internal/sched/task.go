package sched

import (
	"sync/atomic"
	"time"
	"unsafe"
)

// A Body is what a task runs. One goroutine at a time calls it.
type Body interface {
	// Poll goes as far as it can without waiting and reports whether the task has
	// ended. Before it returns false it has arranged for a wake.
	Poll(cx *Context) (ended bool)

	// Fail tells the body that its last Poll did not return: it panicked with
	// value, or value is nil and it called runtime.Goexit. Fail runs no code of
	// the user's. The body is polled again, to end itself.
	Fail(value any, stack []byte)
}

// Parked is the body of an external task: one that a goroutine outside the
// workers drives. That goroutine is parked while the task is idle.
type Parked interface {
	Body
	// Unpark lets the goroutine continue. It is called once per suspension, from
	// any goroutine, and must not block.
	Unpark()
}

// Watcher is a body that learns of a cancellation at once, on the goroutine that
// cancels the task, and not only in its next poll.
type Watcher interface {
	Body
	// Cancelled may be called more than once. It must not block.
	Cancelled()
}

// A Task is the unit of scheduling. It is meant to be the first field of a
// larger object, so that a task is one allocation. The zero state means
// "active", so that spawning stores nothing.
type Task struct {
	// The state word:
	//
	//	bits 0-1  lifecycle
	//	bit  2    resolved: the result of the task can be read
	//	bit  3    cancelled: the task was asked to end
	//	bit  4    watched: the body is a [Watcher]; a cancellation calls it
	//	bit  5    complete: ended, without a worker; no further change
	//	bit  6    childrenInherit: the tasks that this one spawns inherit from it; set
	//	          before it is spawned, or by its own polls
	//	bit  7    inspected: active because a report asks what the task waits for
	//	bit  8    joined: a waiter waits for the task to be resolved
	//	bit  9    futureReleased: the task no longer holds its future, which has returned or
	//	          is about to be dropped
	//
	//	lifecycle   the task is                      changed by
	//	active      in exactly one queue, or taken   the poller, at the end of a poll → idle;
	//	            out of it, or polled             any waker → notified
	//	idle        waiting; in no queue             the waker that wins the CAS → active
	//	notified    active, and woken since          the poller, at the beginning or end of a
	//	                                             poll → active
	//
	// The poller is the worker that polls, or the goroutine of an external task. Queued and
	// polled are one state: so a poll begins, and a task that yields goes
	// back into a queue, without an atomic operation. [Runtime.State] asks the workers
	// which of the two it is.
	//
	// A task that has ended on a worker stays active: later wakes mark it as notified,
	// without effect. That saves a store per task.
	//
	// The rules of wakes, W1 to W5, are in wake.go. A waker is a pointer to its task, and
	// the collector counts pointers: there is no reference count.

	body Body

	// The holder of the task alone writes these: the goroutine that made the task active,
	// then the queue, then the worker that polls it. The state word and the queues' locks
	// and atomics order the writes.
	next *Task
	home *Worker // the worker of the last poll; nil for an external task

	state atomic.Uint32
	slot  uint32 // position in the registry; 0: not registered
}

const (
	active uint32 = iota
	idle
	notified

	lifecycle       uint32 = 3
	resolved        uint32 = 4
	cancelled       uint32 = 8
	watched         uint32 = 16
	complete        uint32 = 32
	childrenInherit uint32 = 64
	inspected       uint32 = 128
	joined          uint32 = 256
	futureReleased  uint32 = 512
)

// Init gives a fresh task its body.
func (t *Task) Init(body Body) { t.body = body }

// InitExternal makes t an external task, which starts out active, on the
// calling goroutine.
func (t *Task) InitExternal(body Parked) { t.body = body }

// Body returns what t runs.
func (t *Task) Body() Body { return t.body }

// Inspect calls look while no other goroutine polls t, and returns true; if t is not
// idle it returns false. It waits for another call that asks t, which two reports at the
// same time may do, but gives up after askPatience: that call may wait for this one. A wake
// that comes meanwhile takes effect when look has returned, panicked or called Goexit.
func (t *Task) Inspect(look func()) bool {
	var deadline time.Time
	for {
		s := t.state.Load()
		if s&inspected != 0 {
			if deadline.IsZero() {
				deadline = time.Now().Add(askPatience)
			}
			if !pollUntil(deadline, func() bool { return t.state.Load()&inspected == 0 }) {
				return false
			}
		} else if s&(lifecycle|complete) != idle {
			return false
		} else if t.state.CompareAndSwap(s, s&^lifecycle|active|inspected) {
			t.inspect(look)
			return true
		}
	}
}

// TryInspect is Inspect that does not wait for another call that asks t, and returns false then.
func (t *Task) TryInspect(look func()) bool {
	s := t.state.Load()
	if s&(lifecycle|complete|inspected) != idle || !t.state.CompareAndSwap(s, s&^lifecycle|active|inspected) {
		return false
	}
	t.inspect(look)
	return true
}

// askPatience is how long Inspect waits for another call that asks the task.
const askPatience = 100 * time.Millisecond

// inspect calls look on t, which Inspect has claimed.
func (t *Task) inspect(look func()) {
	defer func() {
		if !t.suspend() { // rules W3, W4
			t.enqueue()
		}
	}()
	look()
}

// A State is what a task does, as a report shows it.
type State uint8

const (
	Waiting State = iota
	Runnable
	Running
)

// State returns what t, a task of rt, does now. It may have changed when State returns.
func (rt *Runtime) State(t *Task) State {
	if s := t.state.Load(); s&lifecycle == idle || s&inspected != 0 {
		return Waiting
	}
	if _, ok := t.body.(Parked); ok {
		return Running
	}
	for _, w := range *rt.all.Load() {
		r := &w.remote
		if atomic.LoadUintptr(&r.polled) == uintptr(unsafe.Pointer(t)) && !r.betweenPolls.Load() && !r.idle.Load() {
			return Running
		}
	}
	return Runnable
}

// Listed reports whether t is in the registry. A task that has ended may be listed for
// a moment longer.
func (t *Task) Listed() bool { return t.registered() }

// HasEnded reports whether t has ended: it is resolved, or complete.
func (t *Task) HasEnded() bool { return t.state.Load()&(resolved|complete) != 0 }

// IsIdle reports whether t waits: it is in no queue, and no goroutine polls it.
func (t *Task) IsIdle() bool { return t.state.Load()&(lifecycle|complete) == idle }

// HomeOr returns the runtime of the worker that polled t last, or rt for an external
// task. Only the function that [Task.Inspect] calls may call it.
func (t *Task) HomeOr(rt *Runtime) *Runtime {
	if t.home != nil {
		return t.home.rt
	}
	return rt
}

// SetChildrenInherit notes that the tasks that t spawns inherit from it.
func (t *Task) SetChildrenInherit() { t.state.Or(childrenInherit) }

// ChildrenInherit reports whether SetChildrenInherit was called.
func (t *Task) ChildrenInherit() bool { return t.state.Load()&childrenInherit != 0 }

// Resolve notes that the result of t can be read, and reports whether a waiter waits
// for it. A goroutine that finds t resolved sees what the caller did before. Only the
// worker that polls t, or the spawner that refuses t, may call it; a second call does
// nothing.
func (t *Task) Resolve() (wanted bool) {
	if t.IsResolved() {
		return false
	}
	return t.state.Add(resolved)&joined != 0
}

// IsResolved reports whether [Task.Resolve] was called.
func (t *Task) IsResolved() bool { return t.state.Load()&resolved != 0 }

// Join notes that a waiter waits for t to be resolved, and reports whether t is
// resolved already. If it is not, Resolve will report the waiter, and sees what the
// caller did before Join.
func (t *Task) Join() (isResolved bool) {
	s := t.state.Load()
	if s&(resolved|joined) == 0 {
		s = t.state.Or(joined)
	}
	return s&resolved != 0
}

// Plain reports whether t is not cancelled and holds its future: then its poll may take the
// short path.
func (t *Task) Plain() bool { return t.state.Load()&(cancelled|futureReleased) == 0 }

// ReleaseFuture notes that t no longer holds its future. Only the polls of t may call it, or
// the spawner before it spawns t.
func (t *Task) ReleaseFuture() { t.state.Or(futureReleased) }

// HasReleasedFuture reports whether [Task.ReleaseFuture] was called.
func (t *Task) HasReleasedFuture() bool { return t.state.Load()&futureReleased != 0 }

// IsCancelled reports whether [Task.Cancel] was called.
func (t *Task) IsCancelled() bool { return t.state.Load()&cancelled != 0 }

// Complete marks a task that no worker polls as ended: later wakes do nothing. Whether
// it was cancelled can still be read.
func (t *Task) Complete() { t.state.Or(complete) }
