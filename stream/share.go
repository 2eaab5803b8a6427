package stream

import (
	"slices"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// Share returns a handle on s, from which several streams can be read, in one task or in
// several. Each gives the items that come after it was made. The fastest may be n items ahead of
// the slowest; then it waits, and s is not polled. So a stream that is not read holds up the
// others until it is dropped. An n below 1 counts as 1.
//
// The items reach all streams, so they are shared: edo drops only values that no stream has
// given. s is polled while a stream is read, by the task that reads, with a waker that wakes all
// that wait. s is dropped when it has ended, or when the handle and all streams are dropped: a stream
// that is made after that has ended. A panic of s is the last item of all streams, an
// [*edo.PanicError]. A second task that waits for one of the streams gets an [*edo.BusyError].
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
// others. They can be read in one task or in two. An error of s is in both, and so is a panic of s or
// of is, as in [Share]. One may be up to n values of s ahead of the other; then it waits. A value that
// nothing reads any more, because its stream was dropped, is dropped. An n below 1 counts as 1.
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
	h := &hub[T]{src: source(s), ring: make([]entry[T], n+min(replay, 1)), ahead: n, replay: replay, handles: 1, woken: true}
	h.task.Init((*hubBody[T])(h))
	return &Shared[T]{hub: h}
}

// Subscribe returns a new stream of the items. It is the caller's, and belongs to one task.
func (s *Shared[T]) Subscribe() Seq[T] { return s.hub.outlet(toAll) }

// Drop gives up the handle: the streams that there are go on. It may be called twice.
func (s *Shared[T]) Drop() { s.once.Do(s.hub.release) }

// outlet is one of the streams of a hub.
type outlet[T any] struct {
	node[T]
	hub    *hub[T] // nil: dropped
	lot    lot
	at     int         // the next item
	waiter *sched.Task // not nil: it waits
}

func (o *outlet[T]) PollNext(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	if !cx.Proceed(o) {
		return v, edo.Pending, nil
	}
	h := o.hub
	if h == nil {
		return v, edo.End, nil
	}
	var displaced *sched.Task // did not wait when Sole asked it; it may wait again by now
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
		if other := o.waiter; other != nil && other != (*sched.Context)(cx).Task() && other != displaced {
			h.unlockAndWake(wake) // Sole polls the other task, and that poll locks mu
			if err := cx.Sole(inside.WakerOf(other), o, "each task reads a stream of its own: Subscribe"); err != nil {
				return v, edo.Ready, err
			}
			displaced = other
			continue
		}
		h.wait(o, cx) // rule 3
		h.isFull = h.isFull || !h.hasRoom()
		polls := !h.polling && h.woken && h.hasRoom()
		if polls {
			h.polling, h.woken = true, false
		}
		h.unlockAndWake(wake)
		if displaced != nil {
			cx.Displace(inside.WakerOf(displaced), o)
			displaced = nil
		}
		if !polls || !h.poll(cx, o) {
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
	defer h.release() // also when the Drop of a value panics
	h.mu.Lock()
	i := slices.Index(h.outlets, o)
	h.outlets = slices.Delete(h.outlets, i, i+1)
	h.stopWaiting(o)
	h.trim()
	h.unlockAndWake(h.hasMadeRoom())
}
