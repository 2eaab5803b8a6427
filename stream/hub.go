package stream

import (
	"errors"
	"runtime/debug"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// hub is a source that several outlets read.
//
//	state    polling  woken   the source
//	waits    false    false   is pending, and has the waker of task
//	woken    false    true    is to be polled by the next outlet
//	polled   true     any     is being polled by an outlet
//
// # Rules
//
//  1. Only the goroutine that has set polling uses src. The state of task is that of a child of
//     package fan: active while woken or polled, idle while src waits.
//  2. A wake of src sets woken, and wakes the tasks of all outlets that wait. So when one of them
//     is not polled any more, another one polls src.
//  3. An outlet notes that it waits before it polls src, under mu.
//  4. The ring has the items from tail to next. An outlet that makes room, or is dropped, wakes
//     those that wait for room.
type hub[T any] struct {
	task sched.Task
	src  own.Stream[T]
	is   func(T) bool // to which outlets a value goes; nil: to all

	mu       sync.Mutex // guards the following, and the outlets
	ring     []entry[T]
	tail     int // the oldest item
	next     int // the item that src gives next
	ahead    int // how far the fastest outlet may be ahead of the slowest
	replay   int // how many items a new outlet begins with
	outlets  []*outlet[T]
	waiting  int
	handles  int // the Shared and the outlets
	polling  bool
	woken    bool
	hasEnded bool
	isFull   bool          // an outlet waits for room
	dead     []T           // values to drop when the lock is released
	wakes    []*sched.Task // a buffer for unlockAndWake
}

// entry is an item in the ring.
type entry[T any] struct {
	item[T]
	to      lot
	isGiven bool
}

// lot says which outlets an item is for.
type lot uint8

const (
	toAll lot = iota
	toFirst
	toSecond
)

func (h *hub[T]) outlet(l lot) Seq[T] {
	h.mu.Lock()
	defer h.mu.Unlock()
	o := &outlet[T]{hub: h, lot: l, at: max(h.tail, h.next-h.replay)}
	o.self = o
	h.outlets = append(h.outlets, o)
	h.handles++
	return Seq[T]{&o.node}
}

// take returns the next item of o.
func (h *hub[T]) take(o *outlet[T]) (it item[T], ok bool) {
	for ; o.at < h.next; o.at++ {
		e := &h.ring[o.at%len(h.ring)]
		if e.to == toAll || e.to == o.lot {
			e.isGiven = true
			o.at++
			h.stopWaiting(o)
			return e.item, true
		}
	}
	return it, false
}

// slowest returns the next item of the slowest outlet.
func (h *hub[T]) slowest() int {
	at := h.next
	for _, o := range h.outlets {
		at = min(at, o.at)
	}
	return at
}

func (h *hub[T]) hasRoom() bool { return h.next-h.slowest() < h.ahead }

// hasMadeRoom reports whether an outlet waits for room, and there is some now.
func (h *hub[T]) hasMadeRoom() bool {
	if !h.isFull || !h.hasRoom() {
		return false
	}
	h.isFull = false
	return true
}

// trim removes the items that no outlet is going to give. Values that no outlet has given are
// dropped when the lock is released.
func (h *hub[T]) trim() {
	for until := min(h.slowest(), h.next-h.replay); h.tail < until; h.tail++ {
		e := &h.ring[h.tail%len(h.ring)]
		if !e.isGiven && e.err == nil {
			h.dead = append(h.dead, e.v)
		}
		*e = entry[T]{}
	}
}

func (h *hub[T]) wait(o *outlet[T], cx *edo.Context) {
	if o.waiter == nil {
		h.waiting++
	}
	o.waiter = (*sched.Context)(cx).Task()
}

func (h *hub[T]) stopWaiting(o *outlet[T]) {
	if o.waiter != nil {
		h.waiting--
		o.waiter = nil
	}
}

// poll polls src for o, and reports whether there is something new for the outlets. A panic is an
// error item of all of them, and the last.
func (h *hub[T]) poll(cx *edo.Context, o *outlet[T]) (isNew bool) {
	in := (*sched.Context)(cx)
	h.task.Resume()
	before := in.Branch(&h.task)
	e, p := entry[T]{item: item[T]{err: errGoexit}}, edo.Ready
	returned := false
	defer func() {
		in.Branch(before)
		if !returned {
			if value := recover(); value != nil {
				e.err = &edo.PanicError{Value: value, Stack: debug.Stack(), Task: "(that polled a shared stream)"}
			}
		}
		isNew = h.endPoll(o, e, p, !returned)
	}()
	v, poll, err := h.src.Poll(cx)
	to := toAll
	if poll == edo.Ready && err == nil && h.is != nil {
		to = toSecond
		keepOrDrop(func(v T) bool {
			if h.is(v) {
				to = toFirst
			}
			return true
		}, v)
	}
	e, p, returned = entry[T]{item: item[T]{v, err}, to: to}, poll, true
	return false
}

var errGoexit = errors.New("stream: the source of a shared stream has ended its goroutine, with runtime.Goexit")

// endPoll clears polling, and stores what src has given.
func (h *hub[T]) endPoll(o *outlet[T], e entry[T], p edo.Poll, isLast bool) (isNew bool) {
	h.mu.Lock()
	h.polling = false
	if p != edo.Pending {
		h.stopWaiting(o)
	}
	switch p {
	case edo.Pending:
		h.mu.Unlock()
		woken := false
		for !h.task.Suspend() {
			woken = true
		}
		if woken {
			h.task.Wake()
		}
		return false
	case edo.Ready:
		h.ring[h.next%len(h.ring)] = e
		h.next++
		h.woken, h.hasEnded = true, isLast
	default:
		h.hasEnded = true
	}
	h.unlockAndWake(true)
	if isLast {
		h.src.Drop()
	}
	return true
}

// unlockAndWake releases the lock, drops the dead values, and wakes the outlets that wait if
// wake is true.
func (h *hub[T]) unlockAndWake(wake bool) {
	if h.dead != nil {
		defer own.DiscardAll(h.dead)
		h.dead = nil
	}
	if !wake || h.waiting == 0 {
		h.mu.Unlock()
		return
	}
	wakes := h.wakes[:0]
	h.wakes = nil
	for _, o := range h.outlets {
		if o.waiter != nil {
			wakes = append(wakes, o.waiter)
			h.stopWaiting(o)
		}
	}
	h.mu.Unlock()
	for _, t := range wakes {
		t.Wake()
	}
	clear(wakes)
	h.mu.Lock()
	h.wakes = wakes
	h.mu.Unlock()
}

// release gives up a handle or an outlet. The last one drops the source and the items.
func (h *hub[T]) release() {
	h.mu.Lock()
	h.handles--
	isLast := h.handles == 0
	h.hasEnded = h.hasEnded || isLast // for a stream that is made later
	h.mu.Unlock()
	if !isLast {
		return
	}
	h.task.Complete()
	defer func() {
		h.mu.Lock()
		h.replay = 0
		h.trim()
		h.unlockAndWake(false)
	}()
	h.src.Drop()
}

// hubBody is the side of a hub that the scheduler sees.
type hubBody[T any] hub[T]

func (b *hubBody[T]) Poll(*sched.Context) bool {
	panic("stream: a shared stream is polled by its outlets")
}
func (b *hubBody[T]) Fail(any, []byte) { panic("stream: a shared stream is polled by its outlets") }

// Unpark records the wake of the source, and wakes the outlets that wait (rule 2).
func (b *hubBody[T]) Unpark() {
	h := (*hub[T])(b)
	h.mu.Lock()
	h.woken = true
	h.unlockAndWake(true)
}

// Parent returns a task that waits for the stream, or nil.
func (b *hubBody[T]) Parent() *sched.Task {
	h := (*hub[T])(b)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, o := range h.outlets {
		if o.waiter != nil {
			return o.waiter
		}
	}
	return nil
}
