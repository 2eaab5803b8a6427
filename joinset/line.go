package joinset

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/survey"
	"github.com/edo-go/edo/internal/waiters"
)

// state says where a spawn is that waits for a slot.
type state uint8

const (
	outside state = iota // not in line
	queued               // in line
	granted              // out of line, with a slot that it must use or pass on
	refused              // out of line: the set was closed
)

// SpawnFuture is the future of [Set.SpawnFuture]. It owns the future that it will spawn. One
// goroutine at a time uses it. When it is dropped it leaves the line, or passes the slot that
// it was granted to the next spawn in line.
type SpawnFuture[T any] struct {
	//lint:ignore U1000 package waiters uses it, as the first field
	node  waiters.Node[SpawnFuture[T]] // guarded by set.mu, as the next two
	state state
	waker edo.Waker

	set    *Set[T]
	f      edo.Future[T] // to be spawned
	opts   []edo.SpawnOption
	isOver bool // f was spawned, or dropped
}

// SpawnFuture returns [Set.Spawn] as a future. The task that polls it is the spawner.
func (s *Set[T]) SpawnFuture(f edo.Future[T], opts ...edo.SpawnOption) *SpawnFuture[T] {
	return &SpawnFuture[T]{set: s, f: f, opts: opts}
}

// grantSlot grants a free slot, if there is one, to the first spawn in line, and returns its
// waker. Locked.
func (s *Set[T]) grantSlot() (first edo.Waker) {
	w := s.line.First()
	if w == nil || !s.hasRoom() {
		return first
	}
	s.line.Remove(w)
	w.state = granted
	s.granted++
	return w.waker
}

// refuseLine refuses all spawns in line, and returns their wakers. Locked.
func (s *Set[T]) refuseLine() (wakers []edo.Waker) {
	for w := s.line.First(); w != nil; w = s.line.First() {
		s.line.Remove(w)
		w.state = refused
		wakers = append(wakers, w.waker)
	}
	return wakers
}

// Poll is Ready once the task has been spawned, or the spawn has failed.
func (w *SpawnFuture[T]) Poll(cx *edo.Context) (a edo.AbortHandle, p edo.Poll, err error) {
	if !cx.Proceed(w) {
		return a, edo.Pending, nil
	}
	if w.isOver {
		return a, edo.Ready, core.ErrPolledAgain
	}
	s := w.set
	s.mu.Lock()
	switch {
	case s.closed:
		w.leaveLine()
		s.mu.Unlock()
		return a, edo.Ready, w.discard(errClosed)
	case w.state == granted:
		w.state = outside
	case w.state == outside && s.hasRoom():
		s.granted++
	default:
		return w.waitInLine(cx)
	}
	s.mu.Unlock()
	w.isOver = true
	f, opts := w.f, w.opts
	w.f, w.opts = nil, nil
	return s.spawn(cx, f, opts), edo.Ready, nil
}

// waitInLine puts w in line; a grant will wake the task of cx. Locked; it unlocks.
func (w *SpawnFuture[T]) waitInLine(cx *edo.Context) (a edo.AbortHandle, p edo.Poll, err error) {
	s := w.set
	if w.state == outside {
		s.line.PushBack(w)
		w.state = queued
	}
	me := cx.Waker()
	if old := w.waker; !old.IsZero() && old != me {
		s.mu.Unlock()
		if err := cx.Sole(old, w, "a SpawnFuture has one owner: make another one"); err != nil {
			return a, edo.Ready, err
		}
		s.mu.Lock()
		if w.state != queued {
			s.mu.Unlock()
			return w.Poll(cx)
		}
	}
	old := w.waker
	w.waker = me
	s.mu.Unlock()
	cx.Displace(old, w)
	return a, edo.Pending, nil
}

// leaveLine takes w out of the line, or takes its slot from it. The caller wakes the waker
// that it returns. Locked.
func (w *SpawnFuture[T]) leaveLine() (next edo.Waker) {
	switch w.state {
	case queued:
		w.set.line.Remove(w)
	case granted:
		w.set.granted--
		next = w.set.grantSlot()
	}
	w.state = outside
	return next
}

// maxHolders is how many tasks a spawn in line knows as its holders. It is small because many
// spawns may wait for the same tasks.
const maxHolders = 64

// Waits names some of the tasks that run.
func (w *SpawnFuture[T]) Waits(cx *edo.Context) edo.Wait {
	s := w.set
	s.mu.Lock()
	all, reserved, state := s.running.First(maxHolders+1), s.granted, w.state
	n := s.running.Len() + reserved
	s.mu.Unlock()
	if state == granted {
		return edo.Wait{On: fmt.Sprintf("joinset: spawn (%d tasks, limit %d), granted and not taken", n, s.limit)}
	}
	wait := edo.Wait{On: fmt.Sprintf("joinset: spawn (%d tasks, limit %d)", n, s.limit)}
	for _, t := range all[:min(len(all), survey.MaxNames)] {
		wait.By = append(wait.By, core.LabelIn((*sched.Context)(cx), t))
	}
	held := survey.HeldBy(false, all...)
	held.More = len(all) > maxHolders || reserved != 0
	wait.SetHeld(held)
	return wait
}

// Drop leaves the line and drops the future that was not spawned. If that panics, the panic
// goes on when all has been dropped.
func (w *SpawnFuture[T]) Drop() {
	if w.isOver {
		return
	}
	w.set.mu.Lock()
	next := w.leaveLine()
	w.set.mu.Unlock()
	next.Wake()
	if err := w.discard(edo.ErrCancelled); err != edo.ErrCancelled {
		panic(err)
	}
}

// discard drops the future that was not spawned, and what its task would have owned. It
// returns err, joined with the panics of these drops.
func (w *SpawnFuture[T]) discard(err error) error {
	w.isOver = true
	f, opts := w.f, w.opts
	w.f, w.opts = nil, nil
	nowhere := &core.Spawning{From: refusal{err}}
	_, _, err = edo.Spawn(core.Hooks.Spawner(nowhere).(edo.Spawner), f, opts...).TryJoin()
	return err
}

// refusal is a spawner that refuses each spawn with err.
type refusal struct{ err error }

// Source returns the reason of the refusal.
func (r refusal) Source() core.Source { return core.Source{Err: r.err} }
