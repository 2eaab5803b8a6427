package sched

import (
	"sync/atomic"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/release"
)

// ring is the run queue of one worker: the owner pushes at the back and pops at
// the front, thieves take half from the front. It is the queue of Tokio, which
// comes from Go's own scheduler.
//
//	head   steal<<32 | real      CASed by owner and thieves
//	tail                         stored by the owner alone, who need not wait for that
//	seen   an old value of steal the owner's alone
//
//	 steal      real             tail
//	   |  claimed |    runnable    |   free
//
// Indices count up for ever and wrap at 2^32; the slot of index i is i mod the
// size. Rules:
//
//  1. A slot belongs to the owner while it is free, or runnable and popped by
//     the owner's CAS; to a thief while it is in steal..real.
//  2. A thief claims before it reads: it moves real forward and leaves steal, so
//     that the owner does not reuse the slots while they are copied. While steal
//     and real differ nobody else steals.
//  3. When it has copied, the thief sets steal to whatever real is by then.
//     Whoever takes a task out clears its slot, so that an idle ring keeps no task
//     alive.
//  4. The owner writes a slot only when tail-steal < size, and publishes it by
//     storing tail. So no slot needs to be atomic. The store only releases (package
//     release): a sleeper that looks at the ring just then may miss it while the owner
//     misses the sleeper. Nothing is lost by that, for the owner is awake and comes to
//     the task itself, or tells of it when it pushes the next; and if it is stuck
//     before, the monitor sees to it.
//  5. A thief writes the copies into the free slots of its own ring, as its owner,
//     and only when the ring has room for half a ring above its own steal: a
//     thief that was preempted may still be copying out of it.
type ring struct {
	buf  [ringSize]*Task
	seen uint32
	_    [60]byte
	head atomic.Uint64
	_    [56]byte
	tail uint32 // see end
	_    [60]byte
}

func unpack(head uint64) (steal, real uint32) { return uint32(head >> 32), uint32(head) }
func pack(steal, real uint32) uint64          { return uint64(steal)<<32 | uint64(real) }

// end returns tail.
func (r *ring) end() uint32 { return atomic.LoadUint32(&r.tail) }

// setEnd publishes what the owner has written up to tail.
func (r *ring) setEnd(tail uint32) { release.Store32(&r.tail, tail) }

// push adds t at the back, for the owner, and says whether there was room.
func (r *ring) push(t *Task) bool {
	tail := r.end()
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
	r.setEnd(tail + 1)
	return true
}

// room returns how many slots the owner may fill.
func (r *ring) room() int {
	r.seen, _ = unpack(r.head.Load())
	return int(ringSize - (r.end() - r.seen))
}

// full says whether the owner may not push.
func (r *ring) full() bool { return r.end()-r.seen >= ringSize && r.room() == 0 }

// len returns how many tasks are runnable; for anybody, as an estimate.
func (r *ring) len() int {
	_, real := unpack(r.head.Load())
	return max(0, int(int32(r.end()-real)))
}

// pop takes the task at the front, for the owner.
func (r *ring) pop() *Task {
	for {
		head := r.head.Load()
		steal, real := unpack(head)
		if real == r.end() {
			return nil
		}
		next := pack(steal, real+1)
		if steal == real {
			next = pack(real+1, real+1)
		}
		if invariant.Enabled {
			invariant.Step("ring.pop: before the CAS")
		}
		if r.head.CompareAndSwap(head, next) {
			t := r.buf[real%ringSize]
			r.buf[real%ringSize] = nil
			return t
		}
	}
}

// pushAll adds tasks at the back, for the owner, who knows that there is room.
func (r *ring) pushAll(tasks []*Task) {
	tail := r.end()
	for i, t := range tasks {
		r.buf[(tail+uint32(i))%ringSize] = t
	}
	if invariant.Enabled {
		invariant.Check(len(tasks) <= r.room(), "a ring has no room")
		invariant.Step("ring.pushAll: before the store of tail")
	}
	r.setEnd(tail + uint32(len(tasks)))
}

// popHalf takes half a ring from the front, for the owner of a full ring, and returns
// how many that is. It is none when a thief is at work: room will come.
func (r *ring) popHalf(into []*Task) int {
	head := r.head.Load()
	steal, real := unpack(head)
	const half = ringSize / 2
	if steal != real || r.end()-real != ringSize {
		return 0
	}
	if invariant.Enabled {
		invariant.Step("ring.popHalf: before the CAS")
	}
	if !r.head.CompareAndSwap(head, pack(real+half, real+half)) {
		return 0
	}
	for i := range uint32(half) {
		into[i] = r.buf[(real+i)%ringSize]
		r.buf[(real+i)%ringSize] = nil
	}
	return half
}

// stealFrom moves half of what v has into r, for the owner of r, and returns one
// of them, which is then in no queue. nil: there was nothing, or somebody else is
// stealing.
func (r *ring) stealFrom(v *ring) *Task {
	dst := r.end()
	if steal, _ := unpack(r.head.Load()); dst-steal > ringSize/2 {
		return nil // rule 5
	}
	var real, n uint32
	for {
		head := v.head.Load()
		var steal uint32
		steal, real = unpack(head)
		if steal != real {
			return nil
		}
		n = v.end() - real
		n -= n / 2
		if n == 0 || n > ringSize/2 { // more than half: head moved between the loads
			return nil
		}
		if invariant.Enabled {
			invariant.Step("ring.stealFrom: before the claim")
		}
		if v.head.CompareAndSwap(head, pack(steal, real+n)) {
			break
		}
	}
	for i := range n {
		r.buf[(dst+i)%ringSize] = v.buf[(real+i)%ringSize]
		v.buf[(real+i)%ringSize] = nil
		if invariant.Enabled {
			invariant.Step("ring.stealFrom: copying")
		}
	}
	for {
		head := v.head.Load()
		_, now := unpack(head)
		if invariant.Enabled {
			invariant.Step("ring.stealFrom: before the release")
		}
		if v.head.CompareAndSwap(head, pack(now, now)) {
			break
		}
	}
	t := r.buf[(dst+n-1)%ringSize]
	r.buf[(dst+n-1)%ringSize] = nil
	if n > 1 {
		r.setEnd(dst + n - 1)
	}
	return t
}
