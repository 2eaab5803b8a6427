package lock

import (
	"fmt"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/sched"
)

// waiter is one that waits in a line, or has, or will.
//
//	state     it                                           set by
//	done      asks for nothing; its outcome was read       its owner, from queued with the latch
//	fresh     asks, and is in no line yet                  its owner
//	queued    is in a line                                 its owner, with the latch
//	granted   is out, and got what it asked for            the one that lets it out, with the latch
//	last      is out, and got it as the last in line       the same
//	all       is out, and owes nothing: all were let out,  the same; or its owner
//	          or it has been told
//	refused   is out: there is nothing to be got any more  the same
//
// The fields are guarded by the latch of the line while the waiter is queued, and
// are its owner's otherwise. There are two exceptions. The owner may look at the state
// without the latch: so a waiter is let out by an atomic store of it, which is the
// last thing that is done to the waiter: it may be in another line the moment
// after. And the owner, which alone writes waker, may read it without the latch.
type waiter struct {
	_          noCopy
	next, prev *waiter
	waker      edo.Waker
	task       *sched.Task // of permits: the one that will hold them
	n          int64       // how many permits it asks for
	state      uint32
}

const (
	done uint32 = iota
	fresh
	queued
	granted
	last
	all
	refused
)

// noCopy has go vet complain of copies of what has it as a field.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// keep makes the waker of cx the one to wake, and returns the state of w, whose line l
// guards: of leaf, which was queued. A w that is out of the line by now has not woken that
// waker, and clears it. The error says that another task waits for leaf.
func (w *waiter) keep(cx *edo.Context, l *latch, leaf edo.Leaf) (state uint32, err error) {
	waker := cx.Waker()
	if w.waker == waker {
		return queued, nil // or it is woken
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
		w.task = cx.Internal(internal.Key{}).Root()
	}
	state = w.state
	l.Unlock()
	cx.Displace(old, leaf)
	return state, nil
}

// useOwn is what a second waiter is told.
const useOwn = "each task waits with a future of its own, or in direct style"

// line is a list of waiters, the longest-waiting first. A latch guards it.
type line struct{ first, last *waiter }

func (l *line) empty() bool { return l.first == nil }

// push puts w at the end.
func (l *line) push(w *waiter) {
	w.prev, w.next = l.last, nil
	if l.last == nil {
		l.first = w
	} else {
		l.last.next = w
	}
	l.last = w
	w.state = queued
}

// remove takes w out. The caller sets its state, as the last thing that it does to w.
func (l *line) remove(w *waiter) {
	if w.prev == nil {
		l.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		l.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.next, w.prev = nil, nil
}

// manyBefore is how many of those before a waiter are counted, so that a report of all
// the waiters of a long line takes no time that grows with its square.
const manyBefore = 100

// before says how many wait before w, which is in a line, as a part of [edo.Wait.By]:
// nothing if it is the first.
func before(w *waiter) []string {
	n := 0
	for w = w.prev; w != nil && n <= manyBefore; w = w.prev {
		n++
	}
	switch {
	case n == 0:
		return nil
	case n > manyBefore:
		return []string{fmt.Sprintf("more than %d waiting before it", manyBefore)}
	}
	return []string{fmt.Sprintf("%d waiting before it", n)}
}

// wakers are those to wake once the latch is free. The zero value has none. Only the
// first has room in it: the others are rare, and in a slice that is used again.
type wakers struct {
	first edo.Waker
	more  *[]edo.Waker
}

var wakerSlices = sync.Pool{New: func() any { return new([]edo.Waker) }}

// keptWakers is the capacity up to which a slice of wakers is kept.
const keptWakers = 4096

func (ws *wakers) add(w edo.Waker) {
	switch {
	case w.IsZero():
	case ws.first.IsZero():
		ws.first = w
	default:
		if ws.more == nil {
			ws.more = wakerSlices.Get().(*[]edo.Waker)
		}
		*ws.more = append(*ws.more, w)
	}
}

// wake wakes all, by cx unless that is nil.
func (ws *wakers) wake(cx *edo.Context) {
	wake(cx, ws.first)
	if ws.more == nil {
		return
	}
	for _, w := range *ws.more {
		wake(cx, w)
	}
	clear(*ws.more)
	if cap(*ws.more) <= keptWakers {
		*ws.more = (*ws.more)[:0]
		wakerSlices.Put(ws.more)
	}
}

func wake(cx *edo.Context, w edo.Waker) {
	if cx != nil {
		w.WakeBy(cx)
	} else {
		w.Wake()
	}
}

// turn waits until the budget of the task allows another operation: so an operation
// that need not wait gives way to other tasks all the same. The error is the task's.
func turn(task *edo.Task) error { return task.Proceed(nil) }
