package sched

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/release"
)

// ring is the run queue of one worker: the owner pushes at the back and pops at
// the front; a thief, another worker that steals, takes half from the front. It is the
// queue of Tokio, which comes from Go's own scheduler.
//
//	head   steal<<32 | real   changed by CAS, by the owner and thieves
//	tail                      stored by the owner alone
//	seen                      an old value of steal, for the owner alone
//
//	 steal      real             tail
//	   |  claimed |    runnable    |   free
//
// Indices count up without end and wrap at 2^32; the slot of index i is i mod the
// size. Rules:
//
//	R1. A free slot belongs to the owner. A runnable one belongs to the owner or thief
//	    that wins the CAS of head. A claimed one belongs to the thief.
//	R2. A thief claims before it reads: it moves real forward and leaves steal, so
//	    that the owner does not reuse the slots while they are copied. While steal
//	    and real differ no other thief steals.
//	R3. When it has copied, the thief sets steal to the present real. The worker that
//	    takes a task out clears its slot, so that an idle ring keeps no task alive.
//	R4. The owner writes a slot only when tail-steal < size, and publishes it by
//	    storing tail. So no slot needs to be atomic. The store only releases (package
//	    release): a parking worker that looks at the ring just then may miss the task
//	    while the owner misses the sleeper. The task runs nevertheless, by rule W10 of
//	    wake.go.
//	R5. A thief writes the copies into the free slots of its own ring, as its owner,
//	    and only when the ring has room for half a ring above its own steal: another
//	    thief that was preempted may still be copying out of it.
type ring struct {
	buf  [ringSize]*Task
	seen uint32
	_    [60]byte
	head atomic.Uint64
	_    [56]byte
	tail uint32 // see loadTail, storeTail
	_    [60]byte
}

func unpack(head uint64) (steal, real uint32) { return uint32(head >> 32), uint32(head) }
func pack(steal, real uint32) uint64          { return uint64(steal)<<32 | uint64(real) }

func (r *ring) loadTail() uint32 { return atomic.LoadUint32(&r.tail) }

// storeTail publishes the slots that the owner has written, up to tail (rule R4).
func (r *ring) storeTail(tail uint32) { release.Store32(&r.tail, tail) }

// push adds t at the back, for the owner, and reports whether there was room.
func (r *ring) push(t *Task) bool {
	tail := r.loadTail()
	if tail-r.seen >= ringSize {
		r.seen, _ = unpack(r.head.Load())
		if tail-r.seen >= ringSize {
			return false
		}
	}
	r.buf[tail%ringSize] = t
	if invariant.Enabled {
		invariant.Check(t.next == nil, "a task in a ring has a next")
		invariant.Step("ring.push: before the store of tail")
	}
	r.storeTail(tail + 1)
	return true
}

// freeSlots returns how many slots the owner may fill.
func (r *ring) freeSlots() int {
	r.seen, _ = unpack(r.head.Load())
	return int(ringSize - (r.loadTail() - r.seen))
}

// isFull reports whether the owner has no slot to push to.
func (r *ring) isFull() bool { return r.loadTail()-r.seen >= ringSize && r.freeSlots() == 0 }

// len returns how many tasks are runnable. Any goroutine may call it, for an estimate.
func (r *ring) len() int {
	_, real := unpack(r.head.Load())
	return max(0, int(int32(r.loadTail()-real)))
}

// pop takes the task at the front, for the owner.
func (r *ring) pop() *Task {
	for {
		head := r.head.Load()
		steal, real := unpack(head)
		if real == r.loadTail() {
			return nil
		}
		next := pack(steal, real+1)
		if steal == real {
			next = pack(real+1, real+1)
		}
		if invariant.Enabled {
			invariant.Step("ring.pop: before the CAS")
		}
		if r.head.CompareAndSwap(head, next) { // rule R1
			t := r.buf[real%ringSize]
			r.buf[real%ringSize] = nil
			return t
		}
	}
}

// pushAll adds tasks at the back, for the owner. The ring has room for them.
func (r *ring) pushAll(tasks []*Task) {
	tail := r.loadTail()
	for i, t := range tasks {
		r.buf[(tail+uint32(i))%ringSize] = t
	}
	if invariant.Enabled {
		invariant.Check(len(tasks) <= r.freeSlots(), "a ring has no room")
		invariant.Step("ring.pushAll: before the store of tail")
	}
	r.storeTail(tail + uint32(len(tasks)))
}

// popHalf takes half a ring from the front, for the owner of a full ring, and returns
// how many tasks that is. 0 if a steal is in progress, which will free slots.
func (r *ring) popHalf(into []*Task) int {
	head := r.head.Load()
	steal, real := unpack(head)
	const half = ringSize / 2
	if steal != real || r.loadTail()-real != ringSize {
		return 0
	}
	if invariant.Enabled {
		invariant.Step("ring.popHalf: before the CAS")
	}
	if !r.head.CompareAndSwap(head, pack(real+half, real+half)) { // rule R1
		return 0
	}
	for i := range uint32(half) {
		into[i] = r.buf[(real+i)%ringSize]
		r.buf[(real+i)%ringSize] = nil
	}
	return half
}

// stealFrom moves half of the tasks in v into r, for the owner of r, and returns one
// of them, which is then in no queue. nil: v is empty, or another thief steals from it.
func (r *ring) stealFrom(v *ring) *Task {
	dst := r.loadTail()
	if steal, _ := unpack(r.head.Load()); dst-steal > ringSize/2 { // rule R5
		return nil
	}
	from, n := v.claimHalf()
	if n == 0 {
		return nil
	}
	for i := range n {
		r.buf[(dst+i)%ringSize] = v.buf[(from+i)%ringSize]
		v.buf[(from+i)%ringSize] = nil
		if invariant.Enabled {
			invariant.Step("ring.stealFrom: copying")
		}
	}
	v.releaseClaim()
	t := r.buf[(dst+n-1)%ringSize]
	r.buf[(dst+n-1)%ringSize] = nil
	if n > 1 {
		r.storeTail(dst + n - 1)
	}
	return t
}

// claimHalf claims half of the runnable tasks, for a thief (rule R2): the n from index
// from on. n is 0 if there is none, or another thief has claimed some.
func (v *ring) claimHalf() (from, n uint32) {
	for {
		head := v.head.Load()
		steal, real := unpack(head)
		if steal != real {
			return 0, 0
		}
		n = v.loadTail() - real
		n -= n / 2
		if n == 0 || n > ringSize/2 { // more than half: head moved between the loads
			return 0, 0
		}
		if invariant.Enabled {
			invariant.Step("ring.stealFrom: before the claim")
		}
		if v.head.CompareAndSwap(head, pack(steal, real+n)) {
			return real, n
		}
	}
}

// releaseClaim frees the slots that a thief has copied (rule R3).
func (v *ring) releaseClaim() {
	for {
		head := v.head.Load()
		_, real := unpack(head)
		if invariant.Enabled {
			invariant.Step("ring.stealFrom: before the release")
		}
		if v.head.CompareAndSwap(head, pack(real, real)) {
			return
		}
	}
}
