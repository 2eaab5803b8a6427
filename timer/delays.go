package timer

import (
	"container/heap"
	"math"
	"slices"

	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/wheel"
)

// delays is values with deadlines. Those that are not due are in a wheel, the others in a heap.
// Neither can take out a single place: a value that leaves, or moves, leaves a stale place
// behind. It is passed over when its turn comes, and all stale places are swept out when more
// than half are stale. So every change has its constant share of a sweep.
type delays[T any] struct {
	wheel *wheel.Wheel[place[T]]
	due   dueHeap[T]
	stale int    // stale places
	count int    // values
	moves uint64 // the number of the latest place
	free  []*delayed[T]
}

// delayed is a value in a queue, or free.
type delayed[T any] struct {
	v    T
	at   int64  // its deadline in nanoseconds
	move uint64 // its present place; 0: free
	life uint64 // counts the values that it has held
}

// place is where a value is, or was.
type place[T any] struct {
	d    *delayed[T]
	at   int64
	move uint64
}

func (p place[T]) isStale() bool { return p.d.move != p.move }

func (q *delays[T]) init(now int64) { q.wheel = wheel.New[place[T]](now / clockTick) }

func (q *delays[T]) insert(v T, at, now int64) *delayed[T] {
	var d *delayed[T]
	if last := len(q.free) - 1; last >= 0 {
		d, q.free = q.free[last], q.free[:last]
	} else {
		d = &delayed[T]{}
	}
	d.v = v
	d.life++
	q.count++
	q.file(d, at, now)
	return d
}

// file gives d a place. The wheel would round up a deadline that has passed.
func (q *delays[T]) file(d *delayed[T], at, now int64) {
	q.moves++
	d.at, d.move = at, q.moves
	p := place[T]{d, at, q.moves}
	if at <= now {
		q.due.insert(p)
		return
	}
	q.wheel.Insert(p, tickOf(at))
}

// tickOf returns the millisecond of an instant, rounded up.
func tickOf(at int64) int64 {
	tick := at / clockTick
	if at > 0 && at%clockTick != 0 {
		tick++
	}
	return tick
}

func (q *delays[T]) reset(d *delayed[T], at, now int64) {
	q.file(d, at, now)
	q.leave()
}

func (q *delays[T]) remove(d *delayed[T]) T {
	var zero T
	v := d.v
	d.v, d.move = zero, 0
	d.life++
	q.count--
	q.free = append(q.free, d)
	q.leave()
	return v
}

// leave counts a place that has become stale, and sweeps the stale out when they are many.
func (q *delays[T]) leave() {
	q.stale++
	if q.stale <= 64 || q.stale <= q.count {
		return
	}
	q.stale = 0
	q.wheel.Sweep(func(p place[T], _ int64) bool { return !p.isStale() })
	q.due = slices.DeleteFunc(q.due, place[T].isStale)
	heap.Init(&q.due)
	if cap(q.free) > 2*q.count+64 { // a queue that was large gives its memory back
		q.free = slices.Clone(q.free[:min(len(q.free), q.count+64)])
	}
}

// advance moves the places that are due at the instant now to the heap.
func (q *delays[T]) advance(now int64) {
	q.wheel.Advance(now/clockTick, func(due []place[T], _ int64) {
		for _, p := range due {
			if p.isStale() {
				q.stale--
			} else {
				q.due.insert(p)
			}
		}
	})
}

// firstDue returns the value that is due first, or nil.
func (q *delays[T]) firstDue() *delayed[T] {
	for len(q.due) > 0 && q.due[0].isStale() {
		heap.Pop(&q.due)
		q.stale--
	}
	if len(q.due) == 0 {
		return nil
	}
	return q.due[0].d
}

// next returns an instant before which no value is due that is not due now.
func (q *delays[T]) next() int64 { return instantOfTick(q.wheel.Next()) }

// instantOfTick returns the instant of a millisecond, or Never.
func instantOfTick(tick int64) int64 {
	if tick > math.MaxInt64/clockTick {
		return sched.Never
	}
	return tick * clockTick
}

// clear takes all values out, in the order of their insertion or reset.
func (q *delays[T]) clear() (values []T) {
	var all []place[T]
	collect := func(p place[T], _ int64) bool {
		if !p.isStale() {
			all = append(all, p)
		}
		return false
	}
	q.wheel.Sweep(collect)
	for _, p := range q.due {
		collect(p, 0)
	}
	q.due, q.stale = nil, 0
	slices.SortFunc(all, func(a, b place[T]) int { return int(int64(a.move - b.move)) })
	for _, p := range all {
		values = append(values, q.remove(p.d))
	}
	q.stale = 0 // their places are gone
	return values
}

// dueHeap is places by their deadlines, and then by their order of insertion.
type dueHeap[T any] []place[T]

func (h dueHeap[T]) Len() int      { return len(h) }
func (h dueHeap[T]) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *dueHeap[T]) Push(any)     {} // see insert, which allocates nothing
func (h dueHeap[T]) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].move < h[j].move
}

// insert puts p into the heap.
func (h *dueHeap[T]) insert(p place[T]) {
	*h = append(*h, p)
	heap.Fix(h, len(*h)-1)
}

// Pop takes the last place away, for package heap.
func (h *dueHeap[T]) Pop() any {
	last := len(*h) - 1
	(*h)[last] = place[T]{}
	*h = (*h)[:last]
	return nil
}
