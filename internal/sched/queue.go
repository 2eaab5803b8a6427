package sched

import (
	"math"
	"sync"
	"sync/atomic"
)

// queue is a FIFO chain of tasks under a lock, linked by Task.next.
//
// len is written under the lock and read without it, so that a goroutine passes an empty
// queue by without the lock.
type queue struct {
	mu          sync.Mutex // guards the following
	first, last *Task
	len         atomic.Int64
}

// push adds the chain first..last of n tasks.
func (q *queue) push(first, last *Task, n int) {
	last.next = nil
	q.mu.Lock()
	if q.last == nil {
		q.first = first
	} else {
		q.last.next = first
	}
	q.last = last
	q.len.Add(int64(n))
	q.mu.Unlock()
}

// pushAll adds the tasks of a chain, which may be nil.
func (q *queue) pushAll(first *Task) {
	if first == nil {
		return
	}
	last, n := first, 1
	for last.next != nil {
		last = last.next
		n++
	}
	q.push(first, last, n)
}

// pop takes up to n tasks, and returns them as a chain.
func (q *queue) pop(n int) *Task {
	if q.len.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	first := q.first
	if first == nil {
		return nil
	}
	last, k := first, 1
	for k < n && last.next != nil {
		last = last.next
		k++
	}
	q.first = last.next
	if q.first == nil {
		q.last = nil
	}
	last.next = nil
	q.len.Add(int64(-k))
	return first
}

// popAll takes all tasks, and returns them as a chain.
func (q *queue) popAll() *Task { return q.pop(math.MaxInt) }
