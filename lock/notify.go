package lock

import (
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
)

// Notify tells tasks that something has happened, and not what. The zero value is ready
// to use. Any number of goroutines may use it at the same time. It must not be
// copied.
//
// [Notify.NotifyOne] is for one task: the one that has waited longest, or else the next
// that comes, for a notification is stored when no task waits. At most one is stored:
// two of them are one to the task that looks afterwards, which therefore looks at everything.
// [Notify.NotifyAll] is for those that wait at the time, and stores nothing.
type Notify struct {
	word  atomic.Uint64 // see below
	latch latch
	line  line // guarded by latch
}

// The word of a Notify:
//
//	bit 0     stored   a notification waits for a task
//	bit 1     waiting  the line is not empty
//	bits 2-63          how many times all were notified
//
// Rules:
//
//  1. stored and waiting are never set together: a waiter gets in line only when
//     nothing is stored, and what comes while the line is not empty is the line's.
//  2. While waiting is clear any goroutine changes the word, by one compare-and-swap.
//     While it is set the holder of the latch alone does. It is set if and only if the
//     line is not empty, when the latch is free.
//  3. A waiter remembers how many times all had been notified when it was made. When
//     that has changed it is notified, and takes nothing that is stored. In line there
//     are only those for which it has not changed.
//  4. One that was let out by NotifyOne or NotifyLast and is given up before it has seen
//     that notifies in the same way again.
//  5. A notification that is stored already is stored again, by a compare-and-swap of the
//     word with itself: so what happened before it happens before the return of the
//     Wait that takes it.
//  6. No task is woken with the latch held.
const (
	stored uint64 = 1 << iota
	waiting
	toAll
)

// NotifyOne lets the task go on that has waited longest, or stores the notification for
// the next that waits. It never waits.
//
// A notification happens before the return of the Wait that it lets go on.
func (n *Notify) NotifyOne() { n.notify(granted) }

// NotifyLast is [Notify.NotifyOne] for the task that has begun to wait last.
func (n *Notify) NotifyLast() { n.notify(last) }

// notify notifies one: the first if state, which it will be in, is granted, otherwise the
// last.
func (n *Notify) notify(state uint32) {
	for {
		s := n.word.Load()
		if s&waiting == 0 {
			if invariant.Enabled {
				invariant.Step("lock: about to store a notification")
			}
			if n.word.CompareAndSwap(s, s|stored) {
				return
			}
			continue
		}
		n.latch.Lock()
		w := n.line.first
		if state == last {
			w = n.line.last
		}
		if w == nil {
			n.latch.Unlock()
			continue
		}
		n.remove(w)
		waker := w.waker
		if invariant.Enabled {
			invariant.Step("lock: about to notify one")
		}
		atomic.StoreUint32(&w.state, state)
		n.latch.Unlock()
		waker.Wake()
		return
	}
}

// remove takes w out of the line. With the latch.
func (n *Notify) remove(w *waiter) {
	n.line.remove(w)
	if n.line.empty() {
		s := n.word.Load() &^ waiting
		if invariant.Enabled {
			invariant.Step("lock: about to have an empty line")
		}
		n.word.Store(s)
	}
}

// NotifyAll lets all tasks go on that wait, and those that have made a [Notified] and not
// polled it yet. It stores nothing, and leaves what is stored. It never waits, but costs
// some 50 ns for each.
func (n *Notify) NotifyAll() {
	for {
		s := n.word.Load()
		if s&waiting == 0 {
			if n.word.CompareAndSwap(s, s+toAll) {
				return
			}
			continue
		}
		var ws wakers
		n.latch.Lock()
		if n.line.empty() {
			n.latch.Unlock()
			continue
		}
		n.word.Store(n.word.Load()&^waiting + toAll)
		for w := n.line.first; w != nil; w = n.line.first {
			n.line.remove(w)
			ws.add(w.waker)
			if invariant.Enabled {
				invariant.Step("lock: about to notify all")
			}
			atomic.StoreUint32(&w.state, all)
		}
		n.latch.Unlock()
		ws.wake(nil)
		return
	}
}

// notified says whether one that remembers seen has been notified already, or takes a
// notification that is stored. The state is all, granted or fresh.
func (n *Notify) notified(seen uint64) (state uint32) {
	for {
		s := n.word.Load()
		switch {
		case s/toAll != seen:
			return all
		case s&stored == 0:
			return fresh
		}
		if invariant.Enabled {
			invariant.Step("lock: about to take a notification")
		}
		if n.word.CompareAndSwap(s, s&^stored) {
			return granted
		}
	}
}

// Wait waits until it is notified. The error is that of the task, [edo.ErrCancelled] when
// it was asked to end while it waited: then a notification for it alone goes to the
// next. It allocates nothing.
func (n *Notify) Wait(task *edo.Task) error {
	seen := n.word.Load() / toAll // before it gives way to others
	if err := turn(task); err != nil {
		return err
	}
	if n.notified(seen) != fresh {
		return nil
	}
	f := notifieds.Get().(*Notified)
	f.n, f.seen, f.state = n, seen, fresh
	_, err := edo.Await(task, edo.Future[edo.Unit](f))
	f.Drop() // if it was not seen to its end
	f.n = nil
	notifieds.Put(f)
	return err
}

// notifieds are for direct style.
var notifieds = sync.Pool{New: func() any { return new(Notified) }}

// WaitFuture returns [Notify.Wait] as a future. It is one allocation. A NotifyAll from
// now on lets it go on, although it gets in line only when it is polled, or enabled.
//
// In direct style [Notify.Wait] is enough where nothing must be looked at in between: an
// [edo.Await] that is cancelled leaves the future in line until it is dropped, and then a
// notification may go to a future that is not polled. So a task that awaits one drops it,
// as in the example.
func (n *Notify) WaitFuture() *Notified {
	f := &Notified{}
	f.Reset(n)
	return f
}
