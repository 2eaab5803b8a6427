package lock

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/reuse"
	"github.com/edo-go/edo/internal/waiters"
)

// Notify tells tasks that something has happened, but not what. The zero value is ready to
// use. Any number of goroutines may use it at the same time. It must not be copied.
//
// [Notify.NotifyOne] is for one task: the task that has waited longest, or else the next
// task that waits, because a notification is stored when no task waits. At most one is
// stored: a task cannot tell two of them from one, and therefore looks at everything.
// [Notify.NotifyAll] is for the tasks that wait at that time, and stores nothing.
type Notify struct {
	word  atomic.Uint64 // see below
	latch latch
	queue waiters.List[waiter] // guarded by latch
}

// The word of a Notify:
//
//	bit 0     stored      a notification is stored for the next task that waits
//	bit 1     hasWaiters  the queue is not empty
//	bits 2-63             how many times all were notified
//
// Rules:
//
//  1. stored and hasWaiters are never set together: a waiter enters the queue only when no
//     notification is stored, and a notification that comes while the queue is not empty
//     goes to the queue.
//  2. While hasWaiters is clear, any goroutine changes the word, by one compare-and-swap.
//     While it is set, only the holder of the latch does. When the latch is free, it is set
//     if and only if the queue is not empty.
//  3. A waiter remembers how many times all had been notified when it was made. When that
//     number has changed, the waiter is notified, and consumes no stored notification. The
//     queue contains only waiters for which it has not changed.
//  4. A waiter that was removed by NotifyOne or NotifyLast, and is given up before its
//     owner has seen that, notifies again in the same way.
//  5. A notification that is stored already is stored again, by a compare-and-swap of the
//     word with itself: so what happened before it happens before the return of the Wait
//     that consumes it.
//  6. No task is woken with the latch held.
const (
	stored uint64 = 1 << iota
	hasWaiters
	oneNotifyAll
)

// NotifyOne lets the task go on that has waited longest, or stores the notification for
// the next task that waits. It never waits.
//
// A notification happens before the return of the Wait that it lets go on.
func (n *Notify) NotifyOne() { n.notifyOne(granted) }

// NotifyLast is [Notify.NotifyOne] for the task that has begun to wait last.
func (n *Notify) NotifyLast() { n.notifyOne(notifiedLast) }

// notifyOne notifies one waiter, and stores state in it: the first waiter if state is
// granted, the last one if it is notifiedLast.
func (n *Notify) notifyOne(state uint32) {
	for {
		s := n.word.Load()
		if s&hasWaiters == 0 {
			if invariant.Enabled {
				invariant.Step("lock: about to store a notification")
			}
			if n.word.CompareAndSwap(s, s|stored) { // rules 2 and 5
				return
			}
			continue
		}
		n.latch.Lock()
		w := n.queue.First()
		if state == notifiedLast {
			w = n.queue.Last()
		}
		if w == nil {
			n.latch.Unlock()
			continue
		}
		n.queue.Remove(w)
		n.updateHasWaiters()
		waker := w.waker
		if invariant.Enabled {
			invariant.Step("lock: about to notify one")
		}
		atomic.StoreUint32(&w.state, state) // the last access to w
		n.latch.Unlock()
		waker.Wake() // rule 6
		return
	}
}

// updateHasWaiters follows rule 2 after a waiter was removed. The caller holds the latch.
func (n *Notify) updateHasWaiters() {
	if n.queue.Empty() {
		s := n.word.Load() &^ hasWaiters
		if invariant.Enabled {
			invariant.Step("lock: about to empty the queue")
		}
		n.word.Store(s)
	}
}

// NotifyAll lets all tasks go on that wait, and those that have made a [Notified] and not
// polled it yet. It stores no notification, and leaves one that is stored. It never waits,
// but costs some 50 ns for each task.
func (n *Notify) NotifyAll() {
	for {
		s := n.word.Load()
		if s&hasWaiters == 0 {
			if n.word.CompareAndSwap(s, s+oneNotifyAll) { // rule 2
				return
			}
			continue
		}
		var ws wakers
		n.latch.Lock()
		if n.queue.Empty() {
			n.latch.Unlock()
			continue
		}
		n.word.Store(n.word.Load()&^hasWaiters + oneNotifyAll) // rule 2
		for w := n.queue.First(); w != nil; w = n.queue.First() {
			n.queue.Remove(w)
			ws.add(w.waker)
			if invariant.Enabled {
				invariant.Step("lock: about to notify all")
			}
			atomic.StoreUint32(&w.state, notifiedAll) // the last access to w
		}
		n.latch.Unlock()
		ws.wakeAll(nil) // rule 6
		return
	}
}

// consume reports whether a waiter that remembers seen is notified already. The state is
// notifiedAll if all were notified since, granted if it consumed the stored notification,
// and otherwise fresh.
func (n *Notify) consume(seen uint64) (state uint32) {
	for {
		s := n.word.Load()
		switch {
		case s/oneNotifyAll != seen: // rule 3
			return notifiedAll
		case s&stored == 0:
			return fresh
		}
		if invariant.Enabled {
			invariant.Step("lock: about to consume a notification")
		}
		if n.word.CompareAndSwap(s, s&^stored) { // rule 2: hasWaiters is clear, by rule 1
			return granted
		}
	}
}

// Wait waits until it is notified. The error is that of the task: [edo.ErrCancelled] when
// the task was cancelled while it waited, and then a notification for this task alone goes
// to the next one. Wait allocates nothing.
//
// A task that looks at something and then waits misses a [Notify.NotifyAll] of another worker in
// between: it makes a [Notify.WaitFuture] before it looks. A [Notify.NotifyOne] it does not miss.
//
//edo:step WaitStep
func (n *Notify) Wait(task *edo.Task) error {
	seen := n.word.Load() / oneNotifyAll // before the task may yield
	if err := task.Proceed(nil); err != nil {
		return err
	}
	state, seen := n.arrive(task, seen)
	if state != fresh {
		return nil
	}
	f := notifieds.Get()
	f.n, f.seen, f.state = n, seen, fresh
	_, err := edo.Await(task, edo.Future[edo.Unit](f))
	notifieds.Put(f)
	return err
}

// WaitStep is the step form of [Notify.Wait]. The step keeps the place in the queue, and before
// that how many times all had been notified at first.
func (n *Notify) WaitStep(task *edo.Task, st *edo.Step) (isOver bool, err error) {
	f := edo.StepState[Notified](st)
	if f == nil || atomic.LoadUint32(&f.state) == done { // it has not proceeded
		seen := n.word.Load() / oneNotifyAll // before the task may yield
		if f != nil {
			seen = f.seen
		}
		isOver, err = task.ProceedStep(nil)
		if isOver {
			state := done
			if err == nil {
				state, seen = n.arrive(task, seen)
			}
			if state != fresh {
				if f != nil {
					st.Set(nil)
					notifieds.Put(f)
				}
				return true, err
			}
		}
		if f == nil {
			f = notifieds.Get()
			f.n = n
			st.Set(f)
		}
		f.seen = seen
		if !isOver {
			return false, nil
		}
		f.state = fresh
	}
	if isOver, _, err = edo.AwaitStep(task, edo.Future[edo.Unit](f)); isOver {
		st.Set(nil)
		notifieds.Put(f)
	}
	return isOver, err
}

// arrive is consume for a wait that has proceeded. It returns what the waiter remembers from now on.
//
// A task that has used up its budget gives way inside of its wait, and misses nothing meanwhile. A
// simulation that interleaves holds tasks up before their waits, as several workers do: the wait begins
// after that.
func (n *Notify) arrive(task *edo.Task, seen uint64) (state uint32, _ uint64) {
	state = n.consume(seen)
	if state == notifiedAll && interleaves(task) {
		seen = n.word.Load() / oneNotifyAll
		state = n.consume(seen)
	}
	return state, seen
}

// interleaves reports whether there is a choice before each operation of the task.
func interleaves(task *edo.Task) bool {
	d, err := inside.Driver(task)
	if err != nil {
		return false
	}
	chooser, ok := d.(interface{ Interleaves() bool })
	return ok && chooser.Interleaves()
}

// notifieds are for direct style.
var notifieds reuse.Pool[Notified, *Notified]

// WaitFuture returns [Notify.Wait] as a future. It is one allocation. A NotifyAll from now
// on lets it go on, although it enters the queue only when it is polled, or enabled.
//
// In direct style [Notify.Wait] is enough where the task need not look at anything in
// between. An [edo.Await] that is cancelled leaves the future in the queue until it is
// dropped, and a notification may go to a future that no task polls. So a task that awaits
// one drops it, as in the example.
func (n *Notify) WaitFuture() *Notified {
	f := &Notified{}
	f.Reset(n)
	return f
}
