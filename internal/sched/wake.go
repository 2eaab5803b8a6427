package sched

import (
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/invariant"
)

// Why no wake is lost.
//
// A wake must lead to a poll that sees the writes of the waker before the wake. A wake
// passes the task's state word, a queue and a worker. At each of these the waker meets
// another goroutine. Either both change one word by CAS; or each writes its own word and
// then reads the other's. Atomic operations have one total order, so that at least one of
// the two sees the other's change. A task that is spawned takes the same way from W5 on.
//
// The state word (this file; its bits are in task.go):
//
//	W1. The waker first makes ready what the task waits for (a value, a permit), under
//	    the protection of the primitive. Then it changes the word: idle → active, or
//	    active → notified. If it finds notified it changes nothing: W2 or W3 comes later
//	    in the total order.
//	W2. The worker that begins a poll clears notified by CAS, and then the poll looks at
//	    the primitive, and sees what W1 made ready.
//	W3. The worker that ends a poll makes the task idle by CAS. If it finds notified, it
//	    makes the task active instead, and enqueues it: the poll may have looked too early.
//	W4. Only the goroutine that made the task active enqueues it: by W1 from idle, or by
//	    W3. So a task is in at most one queue, once.
//
// The queue:
//
//	W5. The task goes where a worker will look. From a poll on a worker that is the slot
//	    or the ring of that worker; from elsewhere the inbox of the task's home, or, if
//	    that worker has retired, the injection queue. A timer's task becomes urgent.
//
// The worker (park.go):
//
//	W6. The goroutine that has pushed a task then reads the number of sleepers and of
//	    searching workers, and wakes a sleeper if there is one and no worker searches.
//	W7. A worker that parks stops searching, joins the sleepers, and then looks at all
//	    queues, unless another worker searches.
//	W8. The last worker to stop searching looks at all queues once more, and wakes the
//	    next sleeper for what it finds: a push during its search woke no sleeper.
//	W9. The waker takes the sleeper off the list under the runtime's lock. Then it gives
//	    the sleeper a token, or a Wake of the driver if it waits there. Both last until
//	    the sleeper takes them.
//
// Some pushes leave W6 out, on purpose: those into the slot, by WakeBack, into the urgent
// queue (rule P4), and into a ring with fewer tasks than the grain of its worker (share.go).
// And the store of a ring's tail only releases (ring.go, rule R4), so that the look at the
// sleepers may come too early. The owner is awake then, and comes to the task itself:
//
//	W10. A worker looks at its slot, its ring and its urgent tasks before it parks. If a
//	     long poll keeps it from that, the monitor moves the tasks to the injection queue.
//
// Timers follow the same pattern: rules T1 to T5 (timer.go) and P1 to P4 (park.go).

// schedule registers a wake and reports whether the caller must enqueue t (rule W4).
// It also sets the bits of extra.
func (t *Task) schedule(extra uint32) bool {
	for {
		s := t.state.Load()
		if invariant.Enabled {
			invariant.Step("task.schedule: before the CAS")
		}
		if s&complete != 0 {
			return false
		}
		switch s & lifecycle { // rule W1
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

// begin begins a poll: the poll will see what came before the wakes until now (rule W2).
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

// suspend ends a poll that is not the last (rule W3). It returns false if a wake came
// meanwhile: then t is still active, and the caller must enqueue it.
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

// Wake makes t run again, some time after the call. Any goroutine may call it, and a
// poll of t itself. The poll that follows sees what the caller did before. On a worker of
// the runtime, if there are few, it is [Task.WakeBy]; from elsewhere it pushes t onto the
// inbox of the worker that polled t last, and wakes a parked worker.
func (t *Task) Wake() {
	if t.schedule(0) {
		t.enqueue()
	}
}

// WakeBy is Wake from inside a poll: the task goes into the slot of the worker
// that polls, to run next, or to the back of its ring if the slot is taken. Without a poll,
// when cx is nil, it is Wake.
func (t *Task) WakeBy(cx *Context) {
	if t.schedule(0) {
		cx.enqueueSlot(t)
	}
}

// WakeBack wakes t, from inside a poll or a look of the driver, and puts it at the back
// of the ring. It wakes no other worker for it.
func (t *Task) WakeBack(cx *Context) {
	if !t.schedule(0) {
		return
	}
	if !cx.canPoll(t) {
		t.enqueue()
		return
	}
	if cx.rt.seeded {
		cx.w.pushSeeded(t)
		return
	}
	cx.w.push(t)
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
// happened before. Only a poll of t may call it; Cancelled sees what it wrote before.
func (t *Task) Watch() {
	if t.state.Or(watched)&cancelled != 0 {
		t.body.(Watcher).Cancelled()
	}
}

// Watch is [Task.Watch], for a poll. It registers the task, so that CancelAll finds it
// also in its first poll.
func (cx *Context) Watch() {
	t := cx.root
	if cx.w != nil && !t.registered() {
		cx.rt.register(t, cx.w.id)
	}
	t.Watch()
}

// enqueue puts a task that the caller has made active where a worker finds it (rule
// W5), from any goroutine. The goroutine of an external task is unparked instead.
func (t *Task) enqueue() {
	w := t.home
	if w == nil {
		t.body.(Parked).Unpark()
		return
	}
	g := gid.Get()
	if w.remote.gid.Load() == g {
		w.pushSlot(t)
		return
	}
	if all := *w.rt.all.Load(); len(all) <= fewWorkers {
		for _, v := range all { // a poll on another worker: as WakeBy
			if v.remote.gid.Load() == g {
				v.pushSlot(t)
				return
			}
		}
	}
	w.pushInbox(t)
}

// fewWorkers is the largest number of workers that a wake without a context asks whether
// it runs on one of them: each may be a miss of the cache.
const fewWorkers = 8

// enqueueSlot is enqueue from inside a poll.
func (cx *Context) enqueueSlot(t *Task) {
	if !cx.canPoll(t) {
		t.enqueue()
		return
	}
	cx.w.pushSlot(t)
}

// canPoll reports whether the worker that polls may poll t as well: t is neither
// external nor a task of another runtime, and cx, which may be nil, is of a worker.
func (cx *Context) canPoll(t *Task) bool {
	return cx != nil && t.home != nil && cx.w != nil && t.home.rt == cx.rt
}
