package sched

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
)

// inbox receives, from other goroutines, tasks that a worker polled last: a Treiber
// stack, linked by Task.next.
//
//	head  nil      empty
//	      a task   the one pushed last
//	      &closed  the worker has retired: push refuses
//
// Rules:
//
//	I1. Any goroutine pushes one task, by CAS, and any worker takes all, by CAS. As the
//	    stack is only ever taken whole there is no ABA: a CAS that finds the old head
//	    finds the old chain.
//	I2. The owner closes its inbox, by a swap, when it retires. push then refuses, and
//	    the task goes to the injection queue instead.
type inbox struct{ head atomic.Pointer[Task] }

// closed is the head of a closed inbox. It is never polled.
var closed Task

// push adds t and reports whether the inbox was open.
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
		if b.head.CompareAndSwap(head, t) { // rule I1
			return true
		}
	}
}

// popAll empties the inbox, and returns its tasks as a chain, oldest first.
func (b *inbox) popAll() *Task {
	head := b.head.Load()
	if head == nil || head == &closed {
		return nil
	}
	for !b.head.CompareAndSwap(head, nil) { // rule I1
		if head = b.head.Load(); head == nil || head == &closed {
			return nil
		}
	}
	return reverse(head)
}

// close closes the inbox, and returns its tasks as a chain, oldest first.
func (b *inbox) close() *Task {
	head := b.head.Swap(&closed) // rule I2
	if invariant.Enabled {
		invariant.Check(head != &closed, "an inbox is closed twice")
	}
	return reverse(head)
}

// reopen makes a closed inbox usable again.
func (b *inbox) reopen() { b.head.Store(nil) }

func (b *inbox) empty() bool {
	head := b.head.Load()
	return head == nil || head == &closed
}

// reverse returns the chain in the opposite order.
func reverse(t *Task) (first *Task) {
	for t != nil {
		next := t.next
		t.next = first
		first, t = t, next
	}
	return first
}

// pushInbox gives w an active task, from another goroutine (rules W5, W6).
func (w *Worker) pushInbox(t *Task) {
	if !w.inbox.push(t) {
		w.rt.submit(t)
		return
	}
	w.rt.notify(w)
}

// takeInbox moves the tasks in the inbox of v into the ring of w, up to inboxBatch, and
// the rest into the injection queue.
func (w *Worker) takeInbox(v *Worker) bool {
	t := v.inbox.popAll()
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
