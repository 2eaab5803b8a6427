package sched

import (
	"sync"
	"sync/atomic"
)

// injection is the FIFO of tasks that come from outside, or that a full ring gives
// away, and that any worker takes.
//
// It is made of blocks, arrays of pointers, and not of a chain through the tasks: a
// worker that takes a share need not touch the tasks, which lie in another one's cache,
// one after the other, to find out where the next one is; nor need the collector.
//
// len is written under the lock and read by anybody, so that an empty queue is passed
// by without the lock.
type injection struct {
	mu          sync.Mutex // guards the following
	first, last *block
	free        *block // empty ones
	frees       int
	len         atomic.Int64
}

// blockLen is how many tasks a full ring gives away: half of them, and the one that it
// has no room for.
const blockLen = ringSize/2 + 1

// mostFree is how many empty blocks are kept.
const mostFree = 64

// block is a part of the queue: the tasks from..to are in it.
type block struct {
	next     *block
	from, to int
	tasks    [blockLen]*Task
}

// take returns an empty block.
func (q *injection) take() *block {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.reuse()
}

// reuse returns an empty block. Locked.
func (q *injection) reuse() *block {
	b := q.free
	if b == nil {
		return new(block)
	}
	q.free, b.next = b.next, nil
	q.frees--
	return b
}

// keep keeps an empty block, unless there are enough. Locked.
func (q *injection) keep(b *block) {
	if q.frees < mostFree {
		b.next, q.free = q.free, b
		q.frees++
	}
}

// giveBack gives back an empty block that take has returned.
func (q *injection) giveBack(b *block) {
	q.mu.Lock()
	q.keep(b)
	q.mu.Unlock()
}

// append puts b at the end. Locked.
func (q *injection) append(b *block) {
	if q.last == nil {
		q.first = b
	} else {
		q.last.next = b
	}
	q.last = b
}

// pushBlock adds the tasks of b, which is the queue's from then on.
func (q *injection) pushBlock(b *block) {
	q.mu.Lock()
	q.append(b)
	q.len.Add(int64(b.to - b.from))
	q.mu.Unlock()
}

// push adds t.
func (q *injection) push(t *Task) {
	q.mu.Lock()
	q.add(t)
	q.len.Add(1)
	q.mu.Unlock()
}

// add adds t. Locked, and the caller counts it.
func (q *injection) add(t *Task) {
	b := q.last
	if b == nil || b.to == blockLen {
		b = q.reuse()
		q.append(b)
	}
	b.tasks[b.to] = t
	b.to++
}

// pushAll adds the tasks of a chain, which may be nil.
func (q *injection) pushAll(t *Task) {
	if t == nil {
		return
	}
	q.mu.Lock()
	n := 0
	for ; t != nil; n++ {
		next := t.next
		t.next = nil
		q.add(t)
		t = next
	}
	q.len.Add(int64(n))
	q.mu.Unlock()
}

// pushFront puts the tasks of a chain, which may be nil, ahead of all others: they were
// that elsewhere.
func (q *injection) pushFront(t *Task) {
	if t == nil {
		return
	}
	var front injection // a queue of its own, to be put before this one
	front.pushAll(t)
	q.mu.Lock()
	front.last.next = q.first
	if q.last == nil {
		q.last = front.last
	}
	q.first = front.first
	q.len.Add(front.len.Load())
	q.mu.Unlock()
}

// pop takes the first task; nil: there is none.
func (q *injection) pop() (t *Task) {
	if q.len.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	if q.first != nil {
		t = q.remove(1, nil)
	}
	q.mu.Unlock()
	return t
}

// popShare takes what one of n workers should take at once: one to run, which it
// returns, and the others into its ring r.
func (q *injection) popShare(n int, r *ring) (t *Task) {
	if q.len.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	if b := q.first; b != nil {
		t = q.remove(min(b.to-b.from, int(q.len.Load())/n+1, r.room()+1), r)
	}
	q.mu.Unlock()
	return t
}

// remove takes n tasks, which the first block has, and returns the first of them. The
// others go into r, which has room. Locked.
func (q *injection) remove(n int, r *ring) *Task {
	b := q.first
	took := b.tasks[b.from : b.from+n]
	t := took[0]
	if n > 1 {
		r.pushAll(took[1:])
	}
	clear(took)
	b.from += n
	q.len.Add(int64(-n))
	if b.from == b.to {
		q.first = b.next
		if q.first == nil {
			q.last = nil
		}
		b.from, b.to, b.next = 0, 0, nil
		q.keep(b)
	}
	return t
}
