package sched

import (
	"runtime/debug"
	"sync/atomic"
	"unsafe"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/release"
)

const (
	lookEvery   = 61 // polls between two looks at timers, I/O and the injection queue
	slotRuns    = 3  // polls in a row from the slot
	creditBatch = 64
	inboxBatch  = 64
)

// MaxCredits is how many credits a worker holds at most, see [Runtime].
const MaxCredits = 2 * creditBatch

// A Worker polls tasks, one after the other, on a goroutine of its own. It takes
// them from, in this order:
//
//	urgent   tasks whose timer has fired: ahead of any backlog of spawns. Others
//	         take over what has waited there for too long, see timers
//	slot     the task woken first by the one that ran: it will find its message in
//	         the cache. At most slotRuns in a row, on one budget.
//	inbox    tasks that ran here last and were woken from elsewhere
//	ring     everything else that is this worker's
//	inject   what came from outside and what full rings gave away
//	the rings of others
//
// Every lookEvery polls the injection queue, the inbox and the ring go first, so that
// none of them starves, and the worker looks at timers and I/O; and so it does when
// it comes to a task that has yielded.
//
// Who may touch what: urgent is guarded by its lock; slot and inbox are atomic: a
// thief takes from the inbox, and the monitor from all three when the worker is
// stuck; the ring has its rules; the rest is the worker's own. A task in the slot or
// in a ring has no next.
type Worker struct {
	rt *Runtime
	id int
	cx Context

	polling     bool  // the poll of cx.root has not returned
	handed      *Task // taken by the poll that has just ended; to be polled next, see [Context.Next]
	tick        uint32
	slotRun     int
	credits     int64
	yielded     bool   // the task that polls has asked to go to the back
	lookDue     bool   // a task that yielded is in the ring, at lookAt or before it
	lookAt      uint32 // index in the ring
	lastGosched int64
	lookedAt    int64 // when it looked last; 0: it has parked since
	leaves      int64 // leaf operations since then
	victim      int
	searching   bool
	spare       bool
	polls       uint64 // tasks polled
	spawned     uint64 // tasks spawned by them
	stalledAt   uint64 // what had happened when the runtime stalled last

	now uintptr // address of the task polled last, to be compared with; see Runtime.State

	// What others may read of these, and what is rare.
	pubPolls, pubSpawned, steals, parks atomic.Uint64

	gid     atomic.Uintptr
	grain   atomic.Int32  // how many tasks in the ring are worth sharing, see shares
	beat    atomic.Uint32 // changes now and then while the worker makes progress, for the monitor
	paused  atomic.Bool   // somebody wants it to stand still, see pause
	between atomic.Bool   // it does, or is about to choose: no poll is under way
	stuck   atomic.Int32  // the monitor has found that one poll takes long
	retired atomic.Bool   // a spare worker that has ended, and may be used again
	idle    atomic.Bool   // among the sleepers, or about to be

	left  [leaveMost]*Task // have ended, and are in the registry still
	nleft int

	urgent queue
	inbox  inbox
	slot   atomic.Pointer[Task]
	parked chan struct{} // a token wakes the worker when it does not wait in the driver
	timers timers
	pool   pool // of a seeded runtime
	ring   ring
}

func newWorker(rt *Runtime, id int) *Worker {
	w := &Worker{rt: rt, id: id, parked: make(chan struct{}, 1)}
	w.cx = Context{w: w, rt: rt}
	w.cx.SettleAtEnd()
	w.timers.init(rt)
	return w
}

// main is the worker's goroutine. When a task has called runtime.Goexit that
// goroutine is lost, and another one goes on.
func (w *Worker) main() {
	w.gid.Store(gid.Get())
	carried.SetLabels(nil) // of who started it
	over := false
	defer func() {
		w.gid.Store(0)
		if over {
			w.retired.Store(true) // from now on a spare one may start anew
			w.rt.ended.Done()
		} else {
			go w.main()
		}
	}()
	for !w.loop() {
	}
	over = true
}

// loop polls tasks until the runtime has ended. A panic in a poll ends it early,
// after the task has been told: no poll pays for a defer of its own.
func (w *Worker) loop() (over bool) {
	defer func() {
		if w.polling {
			t := w.cx.root
			w.gid.Store(gid.Get()) // not that of a coroutine that has died
			value := recover()     // nil: runtime.Goexit, which cannot be stopped
			stack := debug.Stack()
			w.polling = false
			carried.Clear()
			t.body.Fail(value, stack)
			w.cx.Settle()
			w.requeue(t)
			if w.stuck.Load() != 0 {
				w.unstick()
			}
		}
	}()
	for {
		t := w.handed
		if t != nil {
			w.handed = nil
		} else {
			t = w.next()
		}
		if t == nil {
			if w.retiring() {
				return true
			}
			if !w.park() {
				return true
			}
			continue
		}
		if w.searching {
			w.stopSearching()
		}
		w.run(t)
		if w.stuck.Load() != 0 {
			w.unstick()
		}
		if w.spare && w.retiring() {
			return true
		}
	}
}

// run polls t once, or t and others, see [Context.Turn].
func (w *Worker) run(t *Task) {
	if w.paused.Load() {
		w.standStill()
	}
	w.begin(t)
	w.settle(t.body.Poll(&w.cx))
}

// begin is what comes before a poll of t.
func (w *Worker) begin(t *Task) {
	if t.home != w {
		t.home = w
	}
	t.begin()
	if w.rt.cancelling.Load() {
		t.state.Or(cancelled)
	}
	release.StoreUintptr(&w.now, uintptr(unsafe.Pointer(t)))
	w.cx.root, w.cx.task = t, t
	w.yielded = false
	w.polling = true
	w.polls++
}

// settle is what comes after the poll, of the task that is polled by then.
func (w *Worker) settle(ended bool) {
	t := w.cx.root
	w.polling = false
	if w.cx.debts.debt.Load() != nil {
		w.cx.Settle()
	}
	if ended { // it stays active: late wakes find nothing to enqueue
		if t.registered() {
			w.leave(t)
		}
		w.credit()
		return
	}
	if w.yielded {
		w.yielded = false
		w.requeue(t)
		return
	}
	if !t.registered() {
		w.rt.register(t, w.id)
	}
	if !t.suspend() {
		w.push(t)
		w.notifyPushed()
	}
}

// requeue puts the task that was polled behind the others, and behind one look at
// timers and I/O.
func (w *Worker) requeue(t *Task) {
	if w.rt.seeded {
		w.yieldSeeded(t)
		return
	}
	if !w.lookDue {
		w.lookDue, w.lookAt = true, w.ring.end()
	}
	w.push(t)
	w.notifyPushed()
}

// credit takes back the credit of a task that has ended.
func (w *Worker) credit() {
	if w.credits == MaxCredits {
		w.credits -= creditBatch
		w.rt.live.Add(-creditBatch) // not to 0: credits are left
	}
	w.credits++
}

// giveCredits gives all credits back, and says whether that has cancelled the daemons:
// then this worker may have some of them to run.
func (w *Worker) giveCredits() (cancelled bool) {
	if n := w.credits; n != 0 {
		w.credits = 0
		return w.rt.settleLive(w.rt.live.Add(-n))
	}
	return false
}

// creditsForDaemons gives all credits back while there are daemons: a worker that never
// parks, because daemons keep it busy, would hide that only they are left.
func (w *Worker) creditsForDaemons() {
	if w.rt.live.Load() >= daemonMark {
		w.giveCredits()
	}
}

// next returns the task to poll, or nil when this worker has none.
func (w *Worker) next() *Task {
	if w.rt.seeded {
		return w.nextSeeded()
	}
	w.tick++
	if w.tick%lookEvery == 0 {
		w.beat.Add(1)
		w.publish()
		w.settleLeft()
		w.creditsForDaemons()
		now := w.look()
		w.gosched(now)
		w.measure(now)
		if t := w.rt.inject.pop(); t != nil {
			w.freshBudget()
			return t
		}
		if !w.inbox.empty() {
			w.takeInbox(w)
		}
		if t := w.ring.pop(); t != nil {
			w.freshBudget()
			return t
		}
	}
	if t := w.popUrgent(); t != nil {
		w.freshBudget()
		return t
	}
	if t := w.slot.Load(); t != nil && w.slot.CompareAndSwap(t, nil) {
		w.slotRun++
		if w.slotRun <= slotRuns && w.cx.budget > 0 {
			return t
		}
		w.push(t)
		w.beat.Add(1)
	}
	w.freshBudget()
	if !w.inbox.empty() {
		w.takeInbox(w)
	}
	if w.lookDue {
		if _, real := unpack(w.ring.head.Load()); int32(real-w.lookAt) >= 0 {
			w.look()
			if t := w.popUrgent(); t != nil {
				return t
			}
			if t := w.popInject(); t != nil { // these are runnable too
				return t
			}
		}
	}
	if t := w.ring.pop(); t != nil {
		return t
	}
	if t := w.popInject(); t != nil {
		return t
	}
	// The driver is looked at by whoever waits in it: another one, or this worker
	// soon.
	w.lookAtTimers(0)
	if t := w.popLocal(); t != nil {
		return t
	}
	return w.search()
}

func (w *Worker) freshBudget() {
	w.slotRun = 0
	w.leaves += int64(Budget - w.cx.budget)
	w.cx.budget = Budget
}

// popLocal takes a task from what only this worker looks at first.
func (w *Worker) popLocal() *Task {
	if t := w.popUrgent(); t != nil {
		return t
	}
	if t := w.slot.Swap(nil); t != nil {
		return t
	}
	return w.ring.pop()
}

// popUrgent takes a task whose timer has fired.
func (w *Worker) popUrgent() *Task {
	if w.urgent.len.Load() == 0 {
		return nil
	}
	t := w.urgent.pop(1)
	if t != nil {
		w.beat.Add(1) // the ring does not tell the monitor of this poll
	}
	return t
}

// push puts an active task at the back of the ring; half of a full ring moves
// to the injection queue with it. While a thief is at work on a full ring the task
// goes there alone.
func (w *Worker) push(t *Task) {
	if w.ring.push(t) {
		return
	}
	b := w.rt.inject.take()
	if b.to = w.ring.popHalf(b.tasks[:]); b.to == 0 { // no block for it alone
		w.rt.inject.giveBack(b)
		w.rt.inject.push(t)
		return
	}
	b.tasks[b.to] = t
	b.to++
	w.rt.inject.pushBlock(b)
}

// pushSlot puts an active task where it runs next, if that is free; otherwise at the
// back of the ring: who wakes many wakes them in order, and pays for the slot once. It
// wakes nobody for the one in the slot: the one that runs will soon be done.
func (w *Worker) pushSlot(t *Task) {
	if w.slot.Load() == nil && !w.rt.seeded { // only this worker fills it
		w.slot.Store(t)
		return
	}
	w.push(t)
	w.notifyPushed()
}

// popInject takes a share of the injection queue: one to run, the others into the
// ring.
func (w *Worker) popInject() *Task {
	t := w.rt.inject.popShare(len(w.rt.workers), &w.ring)
	if t != nil {
		w.beat.Add(1)
	}
	return t
}
