package simulated

import (
	"container/heap"
	"slices"

	"github.com/edo-go/edo/internal/sched"
)

// event is what happens in a World at an instant.
type event struct {
	at     int64
	seq    uint64
	lane   any // nil: none, see events
	fn     func()
	isFree bool // fn is called without the lock
	isOver bool // it was cancelled
}

// cancel keeps e, which may be nil, from happening.
func (e *event) cancel() {
	if e != nil {
		e.isOver = true
	}
}

// events are those to come. Of one instant the seed chooses the order, but for those of one lane:
// they happen in the order in which they were added. A lane is a link, on which nothing overtakes, or
// the functions of [World.At].
type events struct {
	heap eventHeap
	now  []*event // those of the earliest instant that has come, as they were added
	seq  uint64
}

func (es *events) add(e *event) {
	es.seq++
	e.seq = es.seq
	heap.Push(&es.heap, e)
}

// next returns the instant of the next event, or sched.Never.
func (es *events) next() int64 {
	es.now = slices.DeleteFunc(es.now, func(e *event) bool { return e.isOver })
	if len(es.now) != 0 {
		return es.now[0].at
	}
	for len(es.heap) != 0 && es.heap[0].isOver {
		heap.Pop(&es.heap)
	}
	if len(es.heap) == 0 {
		return sched.Never
	}
	return es.heap[0].at
}

// mostFirst is how many events are looked at for those that may be next.
const mostFirst = 64

// take takes out one of the next events, if their instant has come. draw draws which; mayStay says that
// there may be none for the present: tasks run then before the events that are left.
func (es *events) take(now int64, mayStay bool, draw func(n int) int) *event {
	at := es.next()
	if at > now || at == sched.Never {
		return nil
	}
	for len(es.heap) != 0 && es.heap[0].at == at {
		if e := heap.Pop(&es.heap).(*event); !e.isOver {
			es.now = append(es.now, e)
		}
	}
	first := es.first()
	n := len(first)
	if mayStay {
		n++
	}
	i := draw(n)
	if i == len(first) {
		return nil
	}
	e := es.now[first[i]]
	es.now = slices.Delete(es.now, first[i], first[i]+1)
	return e
}

// first returns the indexes of the events in now that may be next: the first of each lane.
func (es *events) first() (all []int) {
	for i, e := range es.now[:min(len(es.now), mostFirst)] {
		if e.lane == nil || !slices.ContainsFunc(all, func(j int) bool { return es.now[j].lane == e.lane }) {
			all = append(all, i)
		}
	}
	return all
}

type eventHeap []*event

func (h eventHeap) Len() int { return len(h) }
func (h eventHeap) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(e any)   { *h = append(*h, e.(*event)) }
func (h *eventHeap) Pop() any {
	old := *h
	n := len(old) - 1
	e := old[n]
	old[n] = nil
	*h = old[:n]
	return e
}
