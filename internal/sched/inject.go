package sched

import (
	"sync"
	"sync/atomic"
)

// injection is the injection queue: the FIFO of tasks that come from outside, or that a
// full ring gives away. Any worker takes tasks from it.
//
// It is made of blocks, arrays of pointers, and not of a chain through the tasks. In a
// chain, a worker that takes a share would touch one task after the other, each of them
// in another processor's cache, to find the next; and so would the collector.
//
// len is written under the lock and read without it, so that a goroutine passes an empty
// queue by without the lock.
type injection struct {
	mu          sync.Mutex // guards the following
	first, last *block
	free        *block // a list of empty ones
	nfree       int
	len         atomic.Int64
}

// blockLen is how many tasks a full ring gives away: half of them, and the one that is
// pushed.
const blockLen = ringSize/2 + 1

// maxFree is how many empty blocks are kept at most.
const maxFree = 64

// block is a part of the queue. The tasks at from..to-1 are in it.
type block struct {
	next     *block
	from, to int
	tasks    [blockLen]*Task
}

// getBlock returns an empty block, for [injection.pushBlock] or [injection.putBlock].
func (q *injection) getBlock() *block {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.newBlock()
}

// blocks are those of seeded runtimes that have ended: these come by the thousand, and each has one. They are empty.
var blocks = sync.Pool{New: func() any { return new(block) }}

// recycle gives the empty blocks to the next runtime.
func (q *injection) recycle() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for b := q.free; b != nil; b = q.free {
		q.free, b.next = b.next, nil
		blocks.Put(b)
	}
	q.nfree = 0
}

// newBlock returns an empty block, one of those kept if there is one. Locked.
func (q *injection) newBlock() *block {
	b := q.free
	if b == nil {
		return blocks.Get().(*block)
	}
	q.free, b.next = b.next, nil
	q.nfree--
	return b
}

// freeBlock keeps an empty block, unless enough are kept already. Locked.
func (q *injection) freeBlock(b *block) {
	if q.nfree < maxFree {
		b.next, q.free = q.free, b
		q.nfree++
	}
}

// putBlock returns an empty block that getBlock has returned.
func (q *injection) putBlock(b *block) {
	q.mu.Lock()
	q.freeBlock(b)
	q.mu.Unlock()
}

// appendBlock puts b at the end. Locked.
func (q *injection) appendBlock(b *block) {
	if q.last == nil {
		q.first = b
	} else {
		q.last.next = b
	}
	q.last = b
}

// pushBlock adds the tasks of b. From then on b belongs to the queue.
func (q *injection) pushBlock(b *block) {
	q.mu.Lock()
	q.appendBlock(b)
	q.len.Add(int64(b.to - b.from))
	q.mu.Unlock()
}

// push adds t at the end.
func (q *injection) push(t *Task) {
	q.mu.Lock()
	q.appendTask(t)
	q.len.Add(1)
	q.mu.Unlock()
}

// appendTask adds t at the end. Locked; the caller adds it to len.
func (q *injection) appendTask(t *Task) {
	b := q.last
	if b == nil || b.to == blockLen {
		b = q.newBlock()
		q.appendBlock(b)
	}
	b.tasks[b.to] = t
	b.to++
}

// pushAll adds the tasks of a chain, which may be nil, at the end.
func (q *injection) pushAll(t *Task) {
	if t == nil {
		return
	}
	q.mu.Lock()
	n := 0
	for ; t != nil; n++ {
		next := t.next
		t.next = nil
		q.appendTask(t)
		t = next
	}
	q.len.Add(int64(n))
	q.mu.Unlock()
}

// pushFront puts the tasks of a chain, which may be nil, ahead of all others. They were
// ahead of all others in the urgent queue of a worker.
func (q *injection) pushFront(t *Task) {
	if t == nil {
		return
	}
	var front injection // a separate queue, to be put before this one
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

// pop takes the first task; nil if the queue is empty.
func (q *injection) pop() (t *Task) {
	if q.len.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	if q.first != nil {
		t = q.popFirst(1, nil)
	}
	q.mu.Unlock()
	return t
}

// popShare takes the share of one of n workers: it returns one task to run, and puts the
// others into the worker's ring r.
func (q *injection) popShare(n int, r *ring) (t *Task) {
	if q.len.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	if b := q.first; b != nil {
		t = q.popFirst(min(b.to-b.from, int(q.len.Load())/n+1, r.freeSlots()+1), r)
	}
	q.mu.Unlock()
	return t
}

// popFirst takes n tasks of the first block, and returns the first of them. It puts the
// others into r, which has room. Locked.
func (q *injection) popFirst(n int, r *ring) *Task {
	b := q.first
	taken := b.tasks[b.from : b.from+n]
	t := taken[0]
	if n > 1 {
		r.pushAll(taken[1:])
	}
	clear(taken)
	b.from += n
	q.len.Add(int64(-n))
	if b.from == b.to {
		q.first = b.next
		if q.first == nil {
			q.last = nil
		}
		b.from, b.to, b.next = 0, 0, nil
		q.freeBlock(b)
	}
	return t
}
