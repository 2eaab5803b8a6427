package sched

import (
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/release"
)

// The registry holds every task that has suspended once and not ended, so that
// shutdown and reports find those whose waker was lost. A task that never waits
// is never in it, unless whoever spawns it says otherwise.
//
// It is dense: arrays of pointers, a shard per worker, with the index kept in the task.
// (Lists threaded through the tasks would double the time of a full collection.) A task
// stays in its shard.
//
//	Task.slot   0: not registered
//	            bits 26-31: the shard; bits 0-25: index+1
//
// slot goes from and to 0 only in the hands of the task's worker, or of whoever spawns
// it. The index changes under the shard's lock, when the shard shrinks.
//
// A task that leaves leaves a hole, which the next one to come fills: to move another
// task there would cost a miss of the cache for each that ends. Arrays have a fixed
// length and are never copied, so that a million tasks that come at once pay for no
// growth. While three quarters of a shard are holes, each task that leaves moves a few from
// its end into them.
//
// A worker takes the tasks that end on it out of their shards a few at a time, so that
// two workers that end what one has registered do not fight for its lock. Until then they
// are listed, and have ended.
type shard struct {
	mu     sync.Mutex      // guards the following, and the index in the slot of each task
	chunks []*[chunk]*Task // index i is chunks[i/chunk][i%chunk]
	next   uint32          // indices from here on are free
	holes  []uint32        // indices that were free; those below next are
	n      int             // tasks
}

const (
	shards    = 64
	indexBits = 26
	indexMask = 1<<indexBits - 1
	chunk     = 511       // with what the allocator adds, 4 KB
	sparse    = 2 * chunk // a shard that is not longer does not shrink
	shrinkBy  = 4         // indices, at most, for a task that leaves
	leaveMost = 32        // tasks that a worker keeps that have ended
)

// at returns where the shard has index i. Locked.
func (s *shard) at(i uint32) **Task { return &s.chunks[i/chunk][i%chunk] }

// len returns how many tasks are registered. Locked.
func (s *shard) len() int { return s.n }

// add puts t in, and returns its index. Locked.
func (s *shard) add(t *Task) (i uint32) {
	s.n++
	i, found := s.hole()
	if !found {
		i = s.next
		if int(i/chunk) == len(s.chunks) {
			s.chunks = append(s.chunks, new([chunk]*Task))
		}
		s.next++
	}
	*s.at(i) = t
	return i
}

// hole takes a free index below next, if there is one. Locked.
func (s *shard) hole() (i uint32, found bool) {
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
	s.holes = append(s.holes, i)
	for range shrinkBy {
		if s.next <= sparse || s.n >= int(s.next)/4 {
			break
		}
		s.shrink()
	}
}

// shrink frees the last index. Locked, with enough holes elsewhere.
func (s *shard) shrink() {
	last := s.at(s.next - 1)
	s.next--
	if t := *last; t != nil {
		i, _ := s.hole()
		*last, *s.at(i) = nil, t
		slot := atomic.LoadUint32(&t.slot)
		release.Store32(&t.slot, slot&^indexMask|(i+1))
	}
	if s.next%chunk == 0 {
		s.trim()
	}
}

// trim lets go of chunks that are empty, but for one. Locked.
func (s *shard) trim() {
	if used := int(s.next+chunk-1) / chunk; len(s.chunks) > used+1 {
		clear(s.chunks[used+1:])
		s.chunks = s.chunks[:used+1]
	}
}

// register puts t, which is being polled, into a shard.
func (rt *Runtime) register(t *Task, id int) {
	s := &rt.shards[id%shards]
	s.mu.Lock()
	release.Store32(&t.slot, uint32(id%shards)<<indexBits|(s.add(t)+1))
	s.mu.Unlock()
	if rt.cancelling.Load() { // set before the shards are walked, so one of the two finds t
		t.Cancel()
	}
}

// Register puts t, which is about to be spawned, into the registry: then it is found
// also before it first suspends.
func (rt *Runtime) Register(cx *Context, t *Task) {
	id := 0
	if cx != nil && cx.w != nil {
		id = cx.w.id
	}
	rt.register(t, id)
}

// Unregister takes back what Register did for a task that was not spawned after all.
func (rt *Runtime) Unregister(t *Task) { rt.unregister(t) }

// unregister takes t out.
func (rt *Runtime) unregister(t *Task) {
	s := &rt.shards[atomic.LoadUint32(&t.slot)>>indexBits]
	s.mu.Lock()
	s.remove(atomic.LoadUint32(&t.slot)&indexMask - 1)
	release.Store32(&t.slot, 0)
	s.mu.Unlock()
}

// leave takes t, which has ended on w, out of the registry, soon.
func (w *Worker) leave(t *Task) {
	if w.nleft == len(w.left) {
		w.settleLeft()
	}
	w.left[w.nleft] = t
	w.nleft++
}

// settleLeft takes out the tasks that have ended on w.
func (w *Worker) settleLeft() {
	var s *shard
	for i, t := range w.left[:w.nleft] {
		w.left[i] = nil
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
	w.nleft = 0
}

// registered says whether t is in the registry.
func (t *Task) registered() bool { return atomic.LoadUint32(&t.slot) != 0 }

// Tasks calls yield for every registered task, until it says no. The tasks go on
// meanwhile; yield must not block.
func (rt *Runtime) Tasks(yield func(*Task) bool) {
	for i := range rt.shards {
		for _, t := range rt.shards[i].all() {
			if !yield(t) {
				return
			}
		}
	}
}

// all returns the tasks that are in s.
func (s *shard) all() (all []*Task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.next {
		if t := *s.at(i); t != nil {
			all = append(all, t)
		}
	}
	return all
}

// CancelAll cancels every task there is, and every one that comes.
func (rt *Runtime) CancelAll() {
	rt.cancelling.Store(true)
	for t := range rt.Tasks {
		t.Cancel()
	}
}
