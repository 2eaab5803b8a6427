package stream

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Share returns a handle on s, from which several streams can be read, in one task or in
// several. Each gives the items that come after it was made. The fastest may be n items ahead of
// the slowest; then it waits, and s is not polled. So a stream that is not read holds up the
// others until it is dropped. An n below 1 counts as 1.
//
// The items reach all streams, so they are shared: edo drops only values that no stream has
// given. s is polled while a stream is read, by the task that reads, with a waker that wakes all
// that wait. s is dropped when it has ended, or when the handle and all streams are dropped.
//
//	s      1--2--3----|
//	Share  1--2--(c3)-|
func Share[T any](s Stream[T], n int) *Shared[T] { return newShared(s, n, 0) }

// Replay is [Share] with streams that begin with the last n items, those before they were made.
// So each sees the recent past. The handle holds n items; the fastest stream may be n items
// ahead of the slowest.
//
//	s       1--2--3------4------|
//	Replay  1--2--3(bc)--(4d)---|
func Replay[T any](s Stream[T], n int) *Shared[T] { return newShared(s, n, max(n, 1)) }

// Partition returns two streams of the values of s: those for which is returns true, and the
// others. They can be read in one task or in two. An error of s is in both. One may be up to n
// values of s ahead of the other; then it waits. A value that nothing reads any more, because
// its stream was dropped, is dropped. An n below 1 counts as 1.
//
//	s          1-2-3-4-|
//	Partition  1-b-3-d-|
func Partition[T any](s Stream[T], n int, is func(T) bool) (yes, no Seq[T]) {
	h := newShared(s, n, 0)
	h.hub.is = is
	yes, no = h.hub.outlet(toFirst), h.hub.outlet(toSecond)
	h.Drop()
	return yes, no
}

// Shared is a handle on a stream that several streams share. It is safe for concurrent use.
type Shared[T any] struct {
	hub  *hub[T]
	once sync.Once
}

func newShared[T any](s Stream[T], n, replay int) *Shared[T] {
	n = max(n, 1)
	h := &hub[T]{src: source(s), ring: make([]entry[T], n+replay), ahead: n, replay: replay, handles: 1, woken: true}
	h.task.Init((*hubBody[T])(h))
	return &Shared[T]{hub: h}
}

// Subscribe returns a new stream of the items. It is the caller's, and belongs to one task.
func (s *Shared[T]) Subscribe() Seq[T] { return s.hub.outlet(toAll) }

// Drop gives up the handle: the streams that there are go on. It may be called twice.
func (s *Shared[T]) Drop() { s.once.Do(s.hub.release) }

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

// outlet is one of the streams of a hub.
type outlet[T any] struct {
	node[T]
	hub    *hub[T] // nil: dropped
	lot    lot
	at     int         // the next item
	waiter *sched.Task // not nil: it waits
}

func (h *hub[T]) outlet(l lot) Seq[T] {
	h.mu.Lock()
	defer h.mu.Unlock()
	o := &outlet[T]{hub: h, lot: l, at: max(h.tail, h.next-h.replay)}
	o.self = o
	h.outlets = append(h.outlets, o)
	h.handles++
	return Seq[T]{&o.node}
}

func (o *outlet[T]) PollNext(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	if !cx.Proceed(o) {
		return v, edo.Pending, nil
	}
	h := o.hub
	if h == nil {
		return v, edo.End, nil
	}
	for {
		h.mu.Lock()
		it, ok := h.take(o)
		h.trim()
		switch {
		case ok:
			h.unlockAndWake(h.hasMadeRoom())
			return it.v, edo.Ready, it.err
		case h.hasEnded:
			h.unlockAndWake(false)
			return v, edo.End, nil
		}
		wake := h.hasMadeRoom() // items for other outlets were passed over
		h.wait(o, cx)           // rule 3
		h.isFull = h.isFull || !h.hasRoom()
		if h.polling || !h.woken || !h.hasRoom() {
			h.unlockAndWake(wake)
			return v, edo.Pending, nil
		}
		h.polling, h.woken = true, false
		h.unlockAndWake(wake)
		if !h.poll(cx, o) {
			return v, edo.Pending, nil
		}
	}
}

// Waits says that the outlet waits for an item.
func (o *outlet[T]) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "stream: the next item of a shared stream"}
}

func (o *outlet[T]) Drop() {
	h := o.hub
	if h == nil {
		return
	}
	o.hub = nil
	h.mu.Lock()
	for i, other := range h.outlets {
		if other == o {
			h.outlets = append(h.outlets[:i], h.outlets[i+1:]...)
			break
		}
	}
	h.stopWaiting(o)
	h.trim()
	h.unlockAndWake(h.hasMadeRoom())
	h.release()
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

// poll polls src for o, and reports whether there is something new for the outlets.
func (h *hub[T]) poll(cx *edo.Context, o *outlet[T]) (isNew bool) {
	in := (*sched.Context)(cx)
	h.task.Resume()
	before := in.Branch(&h.task)
	var e entry[T]
	p := edo.End // also when src panics
	defer func() {
		in.Branch(before)
		isNew = h.endPoll(o, e, p)
	}()
	v, poll, err := h.src.Poll(cx)
	e.item = item[T]{v, err}
	if poll == edo.Ready && err == nil && h.is != nil {
		e.to = toSecond
		keepOrDrop(func(v T) bool {
			if h.is(v) {
				e.to = toFirst
			}
			return true
		}, v)
	}
	p = poll
	return false
}

// endPoll clears polling, and stores what src has given.
func (h *hub[T]) endPoll(o *outlet[T], e entry[T], p edo.Poll) (isNew bool) {
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
		h.woken = true
	default:
		h.hasEnded = true
	}
	h.unlockAndWake(true)
	if p == edo.End {
		h.src.Drop() // it may have panicked
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
