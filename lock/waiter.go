package lock

import (
	"fmt"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/waiters"
)

// waiter is an operation that waits in a queue, or did, or will.
//
//	state         meaning                                            stored by
//	done          asks for nothing; its outcome was read             its owner; from queued with the latch
//	fresh         asks, and is in no queue yet                       its owner
//	queued        is in a queue                                      its owner, with the latch
//	granted       was removed, and got what it asked for             the releasing goroutine, with the latch
//	notifiedLast  the same, by NotifyLast                            the same
//	notifiedAll   was removed, and has nothing to pass on: NotifyAll the same, or its owner
//	              emptied the queue, or Enable told the caller
//	refused       was removed: nothing is granted any more           the same
//
// The latch of the queue guards the fields while the waiter is queued. Otherwise they
// belong to its owner. There are two exceptions. The owner may load the state without the
// latch. So the goroutine that removes a waiter stores the state atomically, and does not
// touch the waiter afterwards: it may be in another queue a moment later. And the owner,
// which alone writes waker, may read it without the latch.
type waiter struct {
	node  waiters.Node[waiter]
	_     noCopy
	waker edo.Waker
	task  *sched.Task // of permits: the task that will hold them
	n     int64       // how many permits it asks for
	state uint32
}

// This does not compile unless node is the first field, as package waiters requires.
const _ = -unsafe.Offsetof(waiter{}.node)

const (
	done uint32 = iota
	fresh
	queued
	granted
	notifiedLast
	notifiedAll
	refused
)

// noCopy makes go vet complain of copies of a struct with such a field.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// enqueue puts w at the end of q. The caller holds the latch of q.
func (w *waiter) enqueue(q *waiters.List[waiter]) {
	q.PushBack(w)
	w.state = queued
}

// replaceWaker makes the waker of cx the one to wake, and returns the state of w. The
// waiter belongs to leaf, was queued, and l guards its queue. If w was removed meanwhile,
// that waker was not woken, and the caller clears it. The error says that another task
// waits for leaf.
func (w *waiter) replaceWaker(cx *edo.Context, l *latch, leaf edo.Leaf) (state uint32, err error) {
	waker := cx.Waker()
	if w.waker == waker {
		return queued, nil // if it was removed meanwhile, this waker is woken
	}
	if !w.waker.IsZero() {
		if err := cx.Sole(w.waker, leaf, useOwn); err != nil {
			return queued, err
		}
	}
	l.Lock()
	old := w.waker
	w.waker = waker
	if w.task != nil {
		w.task = (*sched.Context)(cx).Root()
	}
	state = w.state
	l.Unlock()
	cx.Displace(old, leaf)
	return state, nil
}

// useOwn is the advice to a second task that waits for one future.
const useOwn = "each task waits with a future of its own, or in direct style"

// maxCounted is how many of the waiters before another one are counted, so that a report
// of all waiters of a long queue takes no quadratic time.
const maxCounted = 100

// describeWaitersBefore says how many waiters are before w, which is in a queue, as a part
// of [edo.Wait.By]: nothing if it is the first.
func describeWaitersBefore(w *waiter) []string {
	switch n := waiters.CountBefore(w, maxCounted+1); {
	case n == 0:
		return nil
	case n > maxCounted:
		return []string{fmt.Sprintf("more than %d waiting before it", maxCounted)}
	default:
		return []string{fmt.Sprintf("%d waiting before it", n)}
	}
}
