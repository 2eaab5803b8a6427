package joinset

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/roster"
	"github.com/edo-go/edo/internal/sched"
)

// TrySpawn spawns f as [edo.Spawn] does; the set will return its result. It never waits. The
// error matches [edo.ErrFull] when as many tasks run as the limit allows, or other spawns
// wait in line, and [edo.ErrClosed] when the set was closed. With an error, f still belongs
// to the caller.
//
//edo:nowait
func (s *Set[T]) TrySpawn(sp edo.Spawner, f edo.Future[T], opts ...edo.SpawnOption) (edo.AbortHandle, error) {
	core.Hooks.Source(sp) // panics if it is none, before there is a slot
	if err := s.reserve(); err != nil {
		return edo.AbortHandle{}, err
	}
	return s.spawn(sp, f, opts), nil
}

// Spawn spawns f as the function [edo.Spawn] does; the set will return its result. It waits
// in line while as many tasks run as the limit allows. It owns f: with an error, f was
// dropped and not spawned. The error matches [edo.ErrClosed] when the set was closed, and
// [edo.ErrCancelled] when the spawning task was cancelled.
//
//edo:step SpawnStep
func (s *Set[T]) Spawn(task *edo.Task, f edo.Future[T], opts ...edo.SpawnOption) (edo.AbortHandle, error) {
	if task.Proceed(nil) == nil && s.reserve() == nil {
		return s.spawn(task, f, opts), nil
	}
	w := s.SpawnFuture(f, opts...)
	a, err := edo.Await[edo.AbortHandle](task, w)
	w.Drop()
	return a, err
}

// Go is [Set.Spawn] of a function in direct style, as [edo.GoValue] spawns it.
//
//edo:step SpawnStep
func (s *Set[T]) Go(task *edo.Task, fn func(task *edo.Task) (T, error), opts ...edo.SpawnOption) (edo.AbortHandle, error) {
	return s.Spawn(task, edo.Async(fn), opts...)
}

// reserve takes a slot for a task that is about to be spawned.
func (s *Set[T]) reserve() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return errClosed
	case !s.hasRoom():
		return errFull
	}
	s.granted++
	return nil
}

// hasRoom reports whether another task may run. Locked.
func (s *Set[T]) hasRoom() bool {
	return s.limit == 0 || s.running.Len()+s.granted < s.limit
}

// spawn spawns f, in a slot that was reserved or granted.
func (s *Set[T]) spawn(sp edo.Spawner, f edo.Future[T], opts []edo.SpawnOption) edo.AbortHandle {
	b := &joined[T]{set: s}
	return edo.Spawn(sp, f, append(opts[:len(opts):len(opts)], inside.SpawnOption(core.SpawnOption{Bond: b}))...).AbortHandle()
}

// joined is the bond of a task to its set.
type joined[T any] struct {
	core.Link
	set    *Set[T]
	rt     *core.Runtime             // of the task; nil: the task was refused
	place  roster.Place[*sched.Task] // guarded by set.mu
	isTied bool                      // the task has a place, and its slot is no longer granted
	handle *edo.JoinHandle[T]        // set when the task has ended
}

// Tie adds the task, which is about to be spawned, to the running ones.
func (b *joined[T]) Tie(t *sched.Task, rt *core.Runtime) error {
	b.rt = rt
	b.place.Member = t
	s := b.set
	s.mu.Lock()
	s.granted--
	b.isTied = true
	closed := s.closed
	if !closed {
		s.running.Add(&b.place)
	}
	s.mu.Unlock()
	if closed { // since the slot was reserved
		t.Cancel()
	}
	return nil
}

// Failed leaves the error in the handle, which a task will join.
func (b *joined[T]) Failed(*sched.Task, error) core.Claim { return core.Joinable }

// Untie makes the result of the task ready, and grants its slot to the first spawn in line:
// rule 1 of Set.
func (b *joined[T]) Untie(t *sched.Task) {
	b.handle = t.Body().(interface{ Handle() *edo.JoinHandle[T] }).Handle()
	s := b.set
	s.mu.Lock()
	if !b.isTied { // the task was refused
		s.granted--
		b.place.Member = t
	}
	var joiner, spawner edo.Waker
	closed := s.closed
	if !closed {
		s.running.Remove(&b.place)
		s.ready = append(s.ready, b)
		joiner, s.joiner = s.joiner, edo.Waker{}
		spawner = s.grantSlot()
	}
	s.mu.Unlock()
	joiner.Wake()
	spawner.Wake()
	if closed {
		core.Forsake(t, b.rt)
	}
}
