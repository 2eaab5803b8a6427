package simulated

import (
	"container/heap"

	"github.com/edo-go/edo/internal/sched"
)

// event is what happens in a World at an instant.
type event struct {
	at     int64
	seq    uint64
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

// events are those to come. Two of one instant happen in the order in which they were added.
type events struct {
	heap eventHeap
	seq  uint64
}

func (es *events) add(e *event) {
	es.seq++
	e.seq = es.seq
	heap.Push(&es.heap, e)
}

// next returns the instant of the next event, or sched.Never.
func (es *events) next() int64 {
	for len(es.heap) != 0 && es.heap[0].isOver {
		heap.Pop(&es.heap)
	}
	if len(es.heap) == 0 {
		return sched.Never
	}
	return es.heap[0].at
}

// take takes out the next event, if its instant has come.
func (es *events) take(now int64) *event {
	if es.next() > now || len(es.heap) == 0 {
		return nil
	}
	return heap.Pop(&es.heap).(*event)
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
