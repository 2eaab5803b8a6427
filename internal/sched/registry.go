package sched

import "sync"

// The registry holds every task that has suspended once and not ended, so that
// shutdown and reports find those whose waker was lost. A task that never waits
// is never in it, unless whoever spawns it says otherwise.
//
// It is dense: slices of pointers, one per shard, with the index kept in the task,
// and removal by moving the last one into the gap. (Lists threaded through the
// tasks would double the time of a full collection.) A task stays in its shard.
//
//	Task.slot   0: not registered
//	            bits 26-31: the shard; bits 0-25: index+1
//
// slot goes from and to 0 only in the hands of the task's worker, or of whoever spawns
// it. The index
// changes under the shard's lock, when another one leaves.
type shard struct {
	mu    sync.Mutex // guards tasks, and the index in the slot of each
	tasks []*Task
	_     [32]byte
}

const (
	shards    = 64
	indexBits = 26
	indexMask = 1<<indexBits - 1
)

// register puts t, which is being polled, into a shard.
func (rt *Runtime) register(t *Task, id int) {
	s := &rt.shards[id%shards]
	s.mu.Lock()
	s.tasks = append(s.tasks, t)
	t.slot.Store(uint32(id%shards)<<indexBits | uint32(len(s.tasks)))
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
	i := int(t.slot.Load()&indexMask) - 1
	n := len(s.tasks) - 1
	if i != n {
		moved := s.tasks[n]
		s.tasks[i] = moved
		moved.slot.Store(t.slot.Load())
	}
	s.tasks[n] = nil
	s.tasks = s.tasks[:n]
	if cap(s.tasks) > 1024 && n < cap(s.tasks)/4 {
		s.tasks = append(make([]*Task, 0, cap(s.tasks)/2), s.tasks...)
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
		all := append([]*Task(nil), s.tasks...)
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
