package sched

import (
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/release"
)

// The registry holds every task that has suspended once and has not ended, so that
// shutdown and reports find also those whose waker was lost. A task that never waits is
// never in it, unless its spawner calls [Runtime.Register].
//
// It is dense: a shard per worker, of arrays of pointers, with the index kept in the task.
// (Lists threaded through the tasks would double the time of a full collection.) A task
// stays in its shard.
//
//	Task.slot   0: not registered
//	            bits 26-31: the shard; bits 0-25: index+1
//
// Rules:
//
//	G1. slot changes from and to 0 only by the task's worker or its spawner. The index
//	    changes under the shard's lock, when the shard shrinks.
//	G2. A task that leaves leaves a hole, which the next task to come fills: to move
//	    another task there would cost a cache miss for each task that ends. Arrays have a
//	    fixed length and are never copied, so that a million tasks that come at once do
//	    not pay for growth.
//	G3. While three quarters of a shard are holes, each task that leaves moves a few
//	    tasks from the end of the shard into holes.
//	G4. A worker takes the tasks that end on it out of their shards a few at a time, so
//	    that two workers that end tasks of one shard do not compete for its lock. Until
//	    then these tasks are listed, although they have ended.
type shard struct {
	mu     sync.Mutex          // guards the following, and the index in the slot of each task
	chunks []*[chunkLen]*Task  // index i is chunks[i/chunkLen][i%chunkLen]
	next   uint32              // indices from here on are free
	holes  []uint32            // indices that were free; those below next still are
	n      int                 // tasks
	first  [1]*[chunkLen]*Task // the first room of chunks
}

const (
	shards    = 64 // of a runtime with several workers; another has one
	indexBits = 26
	indexMask = 1<<indexBits - 1
	chunkLen  = 511          // 4 KB with what the allocator adds
	sparse    = 2 * chunkLen // a shard that is not longer does not shrink
	shrinkBy  = 4            // indices, at most, for a task that leaves (rule G3)
	maxEnded  = 32           // tasks that a worker keeps that have ended (rule G4)
)

// at returns the place of index i in the shard. Locked.
func (s *shard) at(i uint32) **Task { return &s.chunks[i/chunkLen][i%chunkLen] }

// len returns how many tasks are registered. Locked.
func (s *shard) len() int { return s.n }

// add puts t in, and returns its index. Locked.
func (s *shard) add(t *Task) (i uint32) {
	s.n++
	i, found := s.popHole()
	if !found {
		i = s.next
		if s.chunks == nil {
			s.chunks = s.first[:0]
		}
		if int(i/chunkLen) == len(s.chunks) {
			s.chunks = append(s.chunks, newChunk())
		}
		s.next++
	}
	*s.at(i) = t
	return i
}

// popHole takes a free index below next, if there is one (rule G2). Locked.
func (s *shard) popHole() (i uint32, found bool) {
	for n := len(s.holes); n != 0; n-- {
		i = s.holes[n-1]
		s.holes = s.holes[:n-1]
		if i < s.next {
			return i, true
		}
	}
	return 0, false
}

// remove takes the task with the index i out. Locked.
func (s *shard) remove(i uint32) {
	s.n--
	*s.at(i) = nil
	if s.n == 0 {
		s.next, s.holes = 0, nil
		s.trim()
		return
	}
	s.holes = append(s.holes, i) // rule G2
	for range shrinkBy {         // rule G3
		if s.next <= sparse || s.n >= int(s.next)/4 {
			break
		}
		s.shrink()
	}
}

// shrink frees the last index. Locked; there are enough holes elsewhere.
func (s *shard) shrink() {
	last := s.at(s.next - 1)
	s.next--
	if t := *last; t != nil {
		i, _ := s.popHole()
		*last, *s.at(i) = nil, t
		slot := atomic.LoadUint32(&t.slot)
		release.Store32(&t.slot, slot&^indexMask|(i+1)) // rule G1
	}
	if s.next%chunkLen == 0 {
		s.trim()
	}
}

// trim drops empty chunks, but keeps one. Locked.
func (s *shard) trim() {
	if used := int(s.next+chunkLen-1) / chunkLen; len(s.chunks) > used+1 {
		clear(s.chunks[used+1:])
		s.chunks = s.chunks[:used+1]
	}
}

// register puts t, which is being polled, into a shard.
func (rt *Runtime) register(t *Task, id int) {
	id %= len(rt.shards)
	s := &rt.shards[id]
	s.mu.Lock()
	release.Store32(&t.slot, uint32(id)<<indexBits|(s.add(t)+1))
	s.mu.Unlock()
	if rt.cancelling.Load() { // set before the shards are walked: either CancelAll finds t, or this does
		t.Cancel()
	}
}

// Register puts t, which is about to be spawned, into the registry: then CancelAll and
// reports find it also before it first suspends.
func (rt *Runtime) Register(cx *Context, t *Task) {
	id := 0
	if cx != nil && cx.w != nil {
		id = cx.w.id
	}
	rt.register(t, id)
}

// Unregister undoes Register, for a task that was not spawned after all.
func (rt *Runtime) Unregister(t *Task) { rt.unregister(t) }

// unregister takes t out.
func (rt *Runtime) unregister(t *Task) {
	s := &rt.shards[atomic.LoadUint32(&t.slot)>>indexBits]
	s.mu.Lock()
	s.remove(atomic.LoadUint32(&t.slot)&indexMask - 1)
	release.Store32(&t.slot, 0)
	s.mu.Unlock()
}

// unregisterLater takes t, which has ended on w, out of the registry, soon (rule G4).
func (w *Worker) unregisterLater(t *Task) {
	if w.core.nEnded == maxEnded {
		w.unregisterEnded()
	}
	w.core.ended[w.core.nEnded] = t
	w.core.nEnded++
}

// unregisterEnded takes the tasks that have ended on w out of the registry.
func (w *Worker) unregisterEnded() {
	var s *shard
	for i, t := range w.core.ended[:w.core.nEnded] {
		w.core.ended[i] = nil
		if of := &w.rt.shards[atomic.LoadUint32(&t.slot)>>indexBits]; of != s {
			if s != nil {
				s.mu.Unlock()
			}
			s = of
			s.mu.Lock()
		}
		s.remove(atomic.LoadUint32(&t.slot)&indexMask - 1)
		release.Store32(&t.slot, 0)
	}
	if s != nil {
		s.mu.Unlock()
	}
	w.core.nEnded = 0
}

// registered reports whether t is in the registry.
func (t *Task) registered() bool { return atomic.LoadUint32(&t.slot) != 0 }

// chunks are those of seeded runtimes that have ended: these come by the thousand, and each has one. They are empty.
var chunks = sync.Pool{New: func() any { return new([chunkLen]*Task) }}

func newChunk() *[chunkLen]*Task { return chunks.Get().(*[chunkLen]*Task) }

// Recycle gives the memory of a seeded runtime that has ended to the next one, as far as no task refers to it, and no
// goroutine that may still ask. It is called last, once.
func (rt *Runtime) Recycle() {
	core := &rt.workers[0].core
	core.pool.recycle()
	core.pool = nil
	rt.inject.recycle()
	for i := range rt.shards {
		s := &rt.shards[i]
		s.mu.Lock()
		if s.n == 0 {
			for _, c := range s.chunks {
				chunks.Put(c)
			}
			s.chunks = nil
		}
		s.mu.Unlock()
	}
}

// Tasks calls yield for every registered task, until yield returns false. The tasks go on
// meanwhile; yield must not block.
func (rt *Runtime) Tasks(yield func(*Task) bool) {
	for i := range rt.shards {
		for _, t := range rt.shards[i].tasks() {
			if !yield(t) {
				return
			}
		}
	}
}

// tasks returns the tasks that are in s.
func (s *shard) tasks() (all []*Task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.next {
		if t := *s.at(i); t != nil {
			all = append(all, t)
		}
	}
	return all
}

// CancelAll cancels every task of the runtime, and every task that comes later.
func (rt *Runtime) CancelAll() {
	rt.cancelling.Store(true)
	rt.attention.Or(toCancel)
	for t := range rt.Tasks {
		t.Cancel()
	}
}

// IsCancelling reports whether CancelAll was called.
func (rt *Runtime) IsCancelling() bool { return rt.cancelling.Load() }
