package sched

import "sync"

// The registry holds every task that has suspended once and not ended, so that
// shutdown and reports find those whose waker was lost. A task that never waits
// is never in it, unless whoever spawns it says otherwise.
//
// It is dense: arrays of pointers, in shards, with the index kept in the task,
// and removal by moving the last one into the gap. (Lists threaded through the
// tasks would double the time of a full collection.) They are arrays of a fixed size,
// for a slice that grows leaves behind, in copies that the collector has yet to find, several
// times its own size. A task stays in its shard.
//
//	Task.slot   0: not registered
//	            bits 26-31: the shard; bits 0-25: index+1
//
// slot goes from and to 0 only in the hands of the task's worker, or of whoever spawns
// it. The index
// changes under the shard's lock, when another one leaves.
type shard struct {
	mu     sync.Mutex // guards the following, and the index in the slot of each task
	blocks []*block   // all full but the last two
	end    index      // where the next one goes
	_      [24]byte
}

// A block is 4 KB, with the 8 bytes that the allocator adds.
type block [blockLen]*Task

const blockLen = 511

// An index is block<<9 | place: there is no place 511.
type index uint32

func (i index) next() index {
	if i++; i%512 == blockLen {
		i++
	}
	return i
}

func (i index) previous() index {
	if i%512 == 0 {
		i--
	}
	return i - 1
}

// at returns where the task with an index is.
func (s *shard) at(i index) **Task { return &s.blocks[i/512][i%512] }

// len returns the number of tasks.
func (s *shard) len() int { return int(s.end/512*blockLen + s.end%512) }

const (
	shards    = 64
	indexBits = 26
	indexMask = 1<<indexBits - 1
)

// register puts t, which is being polled, into a shard.
func (rt *Runtime) register(t *Task, id int) {
	s := &rt.shards[id%shards]
	s.mu.Lock()
	if int(s.end/512) == len(s.blocks) {
		s.blocks = append(s.blocks, new(block))
	}
	*s.at(s.end) = t
	t.slot.Store(uint32(id%shards)<<indexBits | uint32(s.end+1))
	s.end = s.end.next()
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
	s := &rt.shards[t.slot.Load()>>indexBits]
	s.mu.Lock()
	i := index(t.slot.Load()&indexMask) - 1
	s.end = s.end.previous()
	last := s.at(s.end)
	if i != s.end {
		moved := *last
		*s.at(i) = moved
		moved.slot.Store(t.slot.Load())
	}
	*last = nil
	if k := len(s.blocks) - 1; k > int(s.end/512)+1 { // one that is empty stays
		s.blocks[k] = nil
		s.blocks = s.blocks[:k]
	}
	t.slot.Store(0)
	s.mu.Unlock()
}

// Tasks calls yield for every registered task, until it says no. The tasks go on
// meanwhile; yield must not block.
func (rt *Runtime) Tasks(yield func(*Task) bool) {
	for i := range rt.shards {
		s := &rt.shards[i]
		s.mu.Lock()
		all := make([]*Task, 0, s.len())
		for _, b := range s.blocks {
			all = append(all, b[:min(blockLen, cap(all)-len(all))]...)
		}
		s.mu.Unlock()
		for _, t := range all {
			if !yield(t) {
				return
			}
		}
	}
}

// CancelAll cancels every task there is, and every one that comes.
func (rt *Runtime) CancelAll() {
	rt.cancelling.Store(true)
	for t := range rt.Tasks {
		t.Cancel()
	}
}
