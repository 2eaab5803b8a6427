package fifo

import (
	"math/bits"
	"slices"
)

// Queue is a queue of values. Its zero value is empty and without a limit.
type Queue[T any] struct {
	n           int      // values in the queue
	first, last *ring[T] // Take reads first, Put writes last; nil before the first Put
	spare       *ring[T] // an empty ring of the largest size, for when the queue is long again
	limit       int      // 0: none
}

// ring is a circle of slots. Their number is a power of two.
//
//	0 ... taken ... put      put - taken <= len(slots)
//
// put does not change any more once the ring has a next.
type ring[T any] struct {
	slots      []T
	taken, put uint
	next       *ring[T]
}

const (
	smallest = 4
	largest  = 1024 // of a queue without a limit
)

// New returns a queue for at most limit values. The largest ring that it makes has room for
// all of them.
func New[T any](limit int) Queue[T] { return Queue[T]{limit: limit} }

// Len returns how many values are in q.
func (q *Queue[T]) Len() int { return q.n }

// Put puts v at the end.
func (q *Queue[T]) Put(v T) {
	r := q.last
	if r == nil || r.put-r.taken == uint(len(r.slots)) {
		r = q.grow()
	}
	r.slots[r.put&uint(len(r.slots)-1)] = v
	r.put++
	q.n++
}

// Take takes the first value. The queue must not be empty.
func (q *Queue[T]) Take() (v T) {
	r := q.first
	if r.taken == r.put {
		r = q.advance()
	}
	slot := &r.slots[r.taken&uint(len(r.slots)-1)]
	var zero T
	v, *slot = *slot, zero
	r.taken++
	q.n--
	return v
}

// TakeMany takes the first n values, and appends them to buf. The queue must have n.
func (q *Queue[T]) TakeMany(buf []T, n int) []T {
	buf = slices.Grow(buf, n)
	q.n -= n
	for n != 0 {
		r := q.first
		if r.taken == r.put {
			r = q.advance()
		}
		at := r.taken & uint(len(r.slots)-1)
		run := r.slots[at:min(at+min(uint(n), r.put-r.taken), uint(len(r.slots)))]
		buf = append(buf, run...)
		clear(run)
		r.taken += uint(len(run))
		n -= len(run)
	}
	return buf
}

// Reset makes q empty, and drops its rings. A copy of q that was made before still has its
// values.
func (q *Queue[T]) Reset() { *q = New[T](q.limit) }

// grow appends a ring.
func (q *Queue[T]) grow() *ring[T] {
	limit := q.largest()
	size := min(smallest, limit)
	if q.last != nil {
		size = min(2*len(q.last.slots), limit)
	}
	r := q.spare
	q.spare = nil
	if r == nil || len(r.slots) < size {
		r = &ring[T]{slots: make([]T, size)}
	}
	if q.last == nil {
		q.first = r
	} else {
		q.last.next = r
	}
	q.last = r
	return r
}

// largest returns the size of the largest ring.
func (q *Queue[T]) largest() int {
	if q.limit == 0 {
		return largest
	}
	return 1 << bits.Len(uint(q.limit-1))
}

// advance drops rings from the front, of which the first is empty, up to one that is not,
// and returns that one. It keeps a dropped ring of the largest size as the spare.
func (q *Queue[T]) advance() *ring[T] {
	for q.first.taken == q.first.put {
		r := q.first
		q.first = r.next
		r.next, r.taken, r.put = nil, 0, 0
		if len(r.slots) == q.largest() {
			q.spare = r
		}
	}
	return q.first
}
