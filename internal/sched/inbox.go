package sched

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
)

// inbox is where others put tasks that a worker polled last: a Treiber stack,
// linked by Task.next, which is taken whole.
//
//	head  nil      empty
//	      a task   the one pushed last
//	      &closed  the worker has retired: nothing is taken any more
//
// Rules: anybody pushes, by CAS; anybody takes the whole, by a swap. The worker's
// owner closes it, by a swap, when it retires; push says so, and the pusher goes
// to the injection queue instead. As the stack is only ever taken whole there is
// no ABA: a CAS that finds the old head finds the old chain.
type inbox struct{ head atomic.Pointer[Task] }

// closed is the head of a closed inbox. It is never polled.
var closed Task

// push adds t and says whether the inbox was open.
func (b *inbox) push(t *Task) bool {
	for {
		head := b.head.Load()
		if head == &closed {
			return false
		}
		t.next = head
		if invariant.Enabled {
			invariant.Step("inbox.push: before the CAS")
		}
		if b.head.CompareAndSwap(head, t) {
			return true
		}
	}
}

// take empties the inbox, and returns what was in it as a chain, oldest first.
func (b *inbox) take() *Task {
	head := b.head.Load()
	if head == nil || head == &closed {
		return nil
	}
	for !b.head.CompareAndSwap(head, nil) {
		if head = b.head.Load(); head == nil || head == &closed {
			return nil
		}
	}
	return reverse(head)
}

// close empties the inbox for good.
func (b *inbox) close() *Task {
	head := b.head.Swap(&closed)
	if invariant.Enabled {
		invariant.Check(head != &closed, "an inbox is closed twice")
	}
	return reverse(head)
}

// open makes a closed inbox usable again.
func (b *inbox) open() { b.head.Store(nil) }

func (b *inbox) empty() bool {
	head := b.head.Load()
	return head == nil || head == &closed
}

// reverse turns a chain round.
func reverse(t *Task) (first *Task) {
	for t != nil {
		next := t.next
		t.next = first
		first, t = t, next
	}
	return first
}

// pushInbox hands an active task to the worker from outside it.
func (w *Worker) pushInbox(t *Task) {
	if !w.inbox.push(t) {
		w.rt.submit(t)
		return
	}
	w.rt.notify(w)
}

// takeInbox moves what is in the inbox of v into the ring of w, and what is more
// than a batch into the injection queue.
func (w *Worker) takeInbox(v *Worker) bool {
	t := v.inbox.take()
	if t == nil {
		return false
	}
	for n := 0; t != nil && n < inboxBatch; n++ {
		next := t.next
		t.next = nil
		w.push(t)
		t = next
	}
	w.rt.inject.pushAll(t)
	w.notifyPushed()
	return true
}
