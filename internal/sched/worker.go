package sched

import (
	"runtime/debug"
	"sync/atomic"
	"unsafe"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/release"
)

// A Worker polls tasks, one after the other, on a goroutine of its own, the owner. Its
// fields are grouped by the goroutines that may use them. How it chooses the next task is
// in next.go.
type Worker struct {
	rt    *Runtime
	id    int
	spare bool // a spare worker, see [monitor]

	core   core   // of the owner
	remote remote // read by all

	// Queues, each with rules of its own. A task in the slot or in the ring has no next.
	slot   atomic.Pointer[Task] // filled by the owner; taken by the owner or the monitor
	inbox  inbox                // filled by all; taken by the owner, thieves, the monitor
	urgent urgentQueue          // under its lock
	token  chan struct{}        // one token wakes the worker from park (rule W9); nil in a seeded runtime
	timers timers               // under its lock
	_      [40]byte             // so that the ring begins a cache line
	ring   ring

	region Region // of the current poll, the owner's; nil: none. It is last: few workers have one, see regions.go
}

// core is the part of a worker that its owner alone reads and writes: the goroutine of
// the worker, or the coroutine that the current poll runs on. Exceptions are noted.
type core struct {
	cx Context // the monitor reads cx.debts, which is atomic

	polling   bool   // the poll of cx.root has not returned
	yielded   bool   // the task that is polled has asked to go to the back
	searching bool   // counted in Runtime.searching
	lookDue   bool   // a task that yielded is in the ring, at lookAfter or before it
	lookAfter uint32 // an index in the ring
	tick      uint32 // counts the choices of a task
	told      uint8  // what is to be told when the poll ends, see regions.go
	returns   uint8  // why the poll must return to the worker, see there
	hasEnded  bool   // the poll has ended, and has not returned (rule Y4)

	takenNext *Task  // taken by the last poll, to be polled next; see [Context.TakeNext]
	slotRun   int    // polls in a row from the slot
	credits   int64  // see live.go
	polls     uint64 // tasks polled
	spawned   uint64 // tasks spawned by them

	goschedAt  int64  // instant of the last look at others
	timersAt   int64  // instant of the last look at the timers
	measuredAt int64  // instant of the last measure; 0: the worker has parked since
	leaves     int64  // leaf operations since then
	victim     int    // index of the worker to steal from next
	stalledAt  uint64 // polls and moves at the last stall

	ended  [maxEnded]*Task // tasks that have ended and are still in the registry
	nEnded int

	others *others // nil in a seeded runtime
	pool   *pool   // of a seeded runtime
}

// remote is the part of a worker that any goroutine may read. The comment of a field says
// which goroutine writes it; where it says none it is the owner.
type remote struct {
	polled uintptr        // address of the task polled last, to be compared with; atomic
	gid    atomic.Uintptr // the goroutine of the current poll, or of the worker

	polls   atomic.Uint64 // core.polls, as published
	spawned atomic.Uint64 // core.spawned, as published
	steals  atomic.Uint64
	parks   atomic.Uint64
	busy    atomic.Int64 // nanoseconds, see sampler; written by the monitor

	beat         atomic.Uint32 // changes now and then while the worker makes progress
	grain        atomic.Int32  // how many tasks the worker keeps, see share.go; also set to 0 by the monitor
	paused       atomic.Bool   // the worker must stand still; set by the goroutine that pauses it
	betweenPolls atomic.Bool   // the worker stands still, chooses under a seed, or has ended
	stuck        atomic.Int32  // see [monitor]; also set by the monitor
	retired      atomic.Bool   // a spare worker that has ended; cleared by the monitor, to use it again
	idle         atomic.Bool   // among the sleepers, or about to be; also cleared by the monitor, in addSpare

	_ [88]byte // so that the queues are on other cache lines, see TestCacheLinesOfAWorker
}

func newWorker(rt *Runtime, id int) *Worker {
	w := &Worker{rt: rt, id: id}
	if !rt.seeded { // the worker of a seeded runtime waits in its driver, and lets no others run
		w.token = make(chan struct{}, 1)
		w.core.others = new(others)
	}
	w.core.cx = Context{w: w, rt: rt}
	w.core.cx.SettleAtEnd()
	w.timers.init(rt)
	return w
}

// main is the worker's goroutine. When a task calls runtime.Goexit, that goroutine ends,
// and another one takes its place.
func (w *Worker) main() {
	w.remote.gid.Store(gid.Get())
	carried.SetLabels(nil) // those of the goroutine that started this one
	over := false
	defer func() {
		w.remote.gid.Store(0)
		if over {
			if w.rt.alone {
				w.remote.betweenPolls.Store(true) // rule S5
			}
			w.remote.retired.Store(true) // from now on the monitor may start the worker again
			w.rt.ended.Done()
			if w.rt.atEnd != nil {
				w.rt.atEnd()
			}
		} else {
			w.leaveDriver()
			go w.main()
		}
	}()
	for !w.loop() {
	}
	over = true
}

// leaveDriver ends a wait in the driver that a function of the program has ended: in a simulation the driver calls such.
func (w *Worker) leaveDriver() {
	w.rt.mu.Lock()
	waits := w.rt.waiter == w
	w.rt.mu.Unlock()
	if waits {
		w.leaveSleepers(true)
	}
}

// loop polls tasks until the runtime has ended. A panic in a poll ends the loop early,
// after the task was told: so no poll pays for a defer of its own.
func (w *Worker) loop() (over bool) {
	defer w.recoverPoll()
	for {
		t := w.core.takenNext
		if t != nil {
			w.core.takenNext = nil
		} else {
			t = w.nextTask()
		}
		if t == nil {
			if w.retire() || !w.park() {
				return true
			}
			continue
		}
		if w.core.searching {
			w.stopSearching()
		}
		w.poll(t)
		if w.remote.stuck.Load() != 0 {
			w.clearStuck()
		}
		if w.spare && w.retire() {
			return true
		}
	}
}

// recoverPoll ends a poll that has panicked or called runtime.Goexit. It is deferred.
func (w *Worker) recoverPoll() {
	if !w.core.polling {
		return
	}
	t := w.core.cx.root
	w.remote.gid.Store(gid.Get()) // not that of a coroutine that has ended
	value := recover()            // nil: runtime.Goexit, which cannot be stopped
	stack := debug.Stack()
	w.core.polling = false
	w.endRegion()
	carried.Clear()
	t.body.Fail(value, stack)
	w.core.cx.Settle()
	w.pushYielded(t)
	if w.remote.stuck.Load() != 0 {
		w.clearStuck()
	}
}

// poll polls t once, or t and then others, see [Context.HandOver].
func (w *Worker) poll(t *Task) {
	if w.remote.paused.Load() { // rule S2
		w.standStill()
	}
	w.beginPoll(t)
	ended := t.body.Poll(&w.core.cx)
	if w.core.hasEnded { // rule Y4
		w.core.hasEnded = false
		return
	}
	w.endPoll(ended)
}

// beginPoll begins a poll of t.
func (w *Worker) beginPoll(t *Task) {
	if t.home != w {
		t.home = w
	}
	t.begin() // rule W2
	if w.rt.attention.Load() != 0 {
		w.attend(t)
	}
	release.StoreUintptr(&w.remote.polled, uintptr(unsafe.Pointer(t)))
	c := &w.core
	c.cx.root, c.cx.task = t, t
	c.yielded = false
	c.polling = true
	c.polls++
}

// attend does what few polls begin with.
//
//go:noinline
func (w *Worker) attend(t *Task) {
	if w.rt.cancelling.Load() {
		t.state.Or(cancelled)
	}
	w.tellBegin(t)
	if w.rt.regions != nil {
		w.beginRegion(t)
	}
}

// endPoll ends the poll of cx.root, the task whose poll was begun last.
func (w *Worker) endPoll(ended bool) {
	t := w.core.cx.root
	w.core.polling = false
	if w.core.told != 0 {
		w.tellEnd(ended)
	}
	if w.core.cx.debts.debt.Load() != nil {
		w.core.cx.Settle()
	}
	if ended { // t stays active: later wakes have nothing to enqueue
		if t.registered() {
			w.unregisterLater(t)
		}
		if w.rt.seeded {
			w.core.pool.leave(t)
		}
		w.returnCredit()
		return
	}
	if w.core.yielded {
		w.core.yielded = false
		w.pushYielded(t)
		return
	}
	if !t.registered() {
		w.rt.register(t, w.id)
	}
	if !t.suspend() { // rules W3, W4
		w.push(t)
		w.notifyPushed()
	}
}
