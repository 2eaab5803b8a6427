package sched

import (
	"sync/atomic"
	"time"
)

// What a console asks of a runtime, while a reader looks at it. The workers go on: each call holds
// one lock for a microsecond, or none.

// A Span is a part of the registry, which has up to 511 tasks.
type Span struct{ shard, chunk int }

// Spans returns the parts of the registry that have tasks now, and how many tasks that are.
func (rt *Runtime) Spans() (spans []Span, tasks int) {
	for i := range rt.shards {
		s := &rt.shards[i]
		s.mu.Lock()
		chunks := int(s.next+chunkLen-1) / chunkLen
		tasks += s.n
		s.mu.Unlock()
		for k := range chunks {
			spans = append(spans, Span{i, k})
		}
	}
	return spans, tasks
}

// TasksIn appends the tasks of a part of the registry to all. A task may move to another part at
// any time.
func (rt *Runtime) TasksIn(p Span, all []*Task) []*Task {
	s := &rt.shards[p.shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := uint32(p.chunk) * chunkLen; i < min(s.next, uint32(p.chunk+1)*chunkLen); i++ {
		if t := *s.at(i); t != nil {
			all = append(all, t)
		}
	}
	return all
}

// WorkerLook is what a worker does.
type WorkerLook struct {
	ID        int
	IsSpare   bool // it replaces workers whose poll takes long
	IsRetired bool // a spare worker that has ended, and may begin again
	IsIdle    bool
	IsStuck   bool // the monitor has found its poll to take long

	// Polled is the address of the task that was polled last, to be compared with. It is
	// still that poll while Progress does not change and the worker is not idle.
	Polled   uintptr
	Progress uint64

	// Goroutine is that of the poll, or of the worker, as package gid identifies it.
	Goroutine uintptr

	Queued    int // tasks that are runnable here
	Timers    int // entries in the wheel, stale ones included
	NextTimer int64
	Polls     uint64 // these four as the worker has published them
	Spawned   uint64
	Steals    uint64
	Parks     uint64
	Busy      time.Duration // for how long it was not idle, see [sampler]; 0 in a seeded runtime
}

// Workers appends what each worker does to all. Spare workers that have retired are left out.
func (rt *Runtime) Workers(all []WorkerLook) []WorkerLook {
	for _, w := range *rt.all.Load() {
		if !w.spare || !w.remote.retired.Load() {
			all = append(all, w.look())
		}
	}
	return all
}

// WorkersEver is Workers with the spare workers that have retired: so the sum of a count never becomes
// less.
func (rt *Runtime) WorkersEver(all []WorkerLook) []WorkerLook {
	for _, w := range *rt.all.Load() {
		all = append(all, w.look())
	}
	return all
}

// look returns what w does.
func (w *Worker) look() WorkerLook {
	r := &w.remote
	l := WorkerLook{
		ID: w.id, IsSpare: w.spare, IsRetired: w.spare && r.retired.Load(), IsIdle: r.idle.Load(), IsStuck: r.stuck.Load() != 0,
		Polled: atomic.LoadUintptr(&r.polled), Progress: w.progress(), Goroutine: r.gid.Load(),
		Queued: w.ring.len() + int(w.urgent.len.Load()), NextTimer: w.timers.next.Load(),
		Polls: r.polls.Load(), Spawned: r.spawned.Load(), Steals: r.steals.Load(), Parks: r.parks.Load(),
		Busy: time.Duration(r.busy.Load()),
	}
	if w.slot.Load() != nil {
		l.Queued++
	}
	w.timers.mu.Lock()
	l.Timers = w.timers.wheel.Len()
	w.timers.mu.Unlock()
	return l
}
