package edo

import "fmt"

// line is a FIFO of spawns that wait for room.
type line[T any] struct{ first, last *SpawnFuture[T] }

// turn is how far a spawn that waits has come.
type turn uint8

const (
	outside turn = iota // not in line
	queued              // in line
	granted             // out of line, and has a room that it must use or give back
	refused             // out of line: the set was closed
)

func (l *line[T]) push(w *SpawnFuture[T]) {
	w.turn, w.prev = queued, l.last
	if l.last == nil {
		l.first = w
	} else {
		l.last.next = w
	}
	l.last = w
}

func (l *line[T]) remove(w *SpawnFuture[T]) {
	if w.prev == nil {
		l.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		l.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.next, w.prev = nil, nil
}

// clear refuses everybody in line, and returns whom to wake.
func (l *line[T]) clear() (wakers []Waker) {
	for l.first != nil {
		w := l.first
		l.remove(w)
		w.turn = refused
		wakers = append(wakers, w.waker)
	}
	return wakers
}

// grant gives the room that is free, if there is one, to the first in line, who is to
// be woken. Locked.
func (s *JoinSet[T]) grant() (first Waker) {
	w := s.line.first
	if w == nil || s.running.len()+s.granted >= s.limit {
		return first
	}
	s.line.remove(w)
	w.turn = granted
	s.granted++
	return w.waker
}

// Spawn spawns f as the function [Spawn] does, and its result will be one of the set's.
// It waits in line while as many tasks run as the limit allows. It owns f: with an
// error f was dropped, and not spawned. The error matches [ErrClosed] when the set was
// closed, and [ErrCancelled] when the task that spawns was.
func (s *JoinSet[T]) Spawn(task *Task, f Future[T], opts ...SpawnOption) (AbortHandle, error) {
	h := newBoxed(f, opts)
	if task.Proceed(nil) == nil && s.enlist(h) == nil {
		h.start(task)
		return h.AbortHandle(), nil
	}
	w := &SpawnFuture[T]{set: s, h: h}
	a, err := Await[AbortHandle](task, w)
	w.Drop()
	return a, err
}

// Go is [JoinSet.Spawn] of a task in direct style, as the function [Go] makes them.
func (s *JoinSet[T]) Go(task *Task, fn func(task *Task) (T, error), opts ...SpawnOption) (AbortHandle, error) {
	a := &async[T]{}
	a.task.fn, a.task.whole = fn, true
	return s.Spawn(task, a, opts...)
}

// SpawnFuture returns a future that is [JoinSet.Spawn]: from the task that polls it.
func (s *JoinSet[T]) SpawnFuture(f Future[T], opts ...SpawnOption) *SpawnFuture[T] {
	h := newBoxed(f, opts)
	return &SpawnFuture[T]{set: s, h: h}
}

// SpawnFuture is the future of [JoinSet.SpawnFuture]. It owns what it will spawn. One
// goroutine at a time uses it; dropped in line it leaves the line, and passes on the
// room that it was granted.
type SpawnFuture[T any] struct {
	set *JoinSet[T]
	h   *JoinHandle[T] // to be spawned; nil: it was, or was dropped

	turn       turn // guarded by set.mu, as the next
	waker      Waker
	next, prev *SpawnFuture[T]
}

// Poll is Ready once the task has been spawned, or could not be.
func (w *SpawnFuture[T]) Poll(cx *Context) (a AbortHandle, p Poll, err error) {
	if !cx.Proceed(w) {
		return a, Pending, nil
	}
	if w.h == nil {
		return a, Ready, errPolledAgain
	}
	s := w.set
	s.mu.Lock()
	switch {
	case s.closed:
		err = errSetClosed
		w.leave()
	case w.turn == granted:
		s.granted--
		w.turn = outside
		s.count(w.h)
	case w.turn == outside && s.room():
		s.count(w.h)
	default:
		if w.turn == outside {
			s.line.push(w)
		}
		me := cx.Waker()
		if old := w.waker; !old.IsZero() && old != me {
			s.mu.Unlock()
			if err := cx.Sole(old, w, "a SpawnFuture has one owner: make another one"); err != nil {
				return a, Ready, err
			}
			s.mu.Lock()
			if w.turn != queued {
				s.mu.Unlock()
				return w.Poll(cx)
			}
		}
		old := w.waker
		w.waker = me
		s.mu.Unlock()
		cx.Displace(old, w)
		return a, Pending, nil
	}
	s.mu.Unlock()
	if err != nil {
		return a, Ready, w.discard(err)
	}
	h := w.h
	w.h = nil
	h.start(cx)
	return h.AbortHandle(), Ready, nil
}

// leave leaves the line. The waker that it returns is to be woken. Locked.
func (w *SpawnFuture[T]) leave() (next Waker) {
	switch w.turn {
	case queued:
		w.set.line.remove(w)
	case granted:
		w.set.granted--
		next = w.set.grant()
	}
	w.turn = outside
	return next
}

// maxSpawnHolders is maxHolders for a spawn: many may wait in line for the same tasks.
const maxSpawnHolders = 64

// Waits is for reports.
func (w *SpawnFuture[T]) Waits(*Context) Wait {
	s := w.set
	s.mu.Lock()
	all, given, turn := s.running.first(maxSpawnHolders+1), s.granted, w.turn
	n := s.running.len() + given
	s.mu.Unlock()
	if turn == granted {
		return Wait{On: fmt.Sprintf("edo: a spawn in a join set (%d tasks, limit %d), granted and not taken", n, s.limit)}
	}
	wait := Wait{On: fmt.Sprintf("edo: a spawn in a join set (%d tasks, limit %d)", n, s.limit), Held: heldBy(false, all...)}
	wait.Held.More = len(all) > maxSpawnHolders || given != 0
	for _, t := range all[:min(len(all), maxBy)] {
		wait.By = append(wait.By, labelOf(t))
	}
	return wait
}

// Drop leaves the line, and drops what was not spawned. A panic of that goes on up, when
// all has been dropped.
func (w *SpawnFuture[T]) Drop() {
	if w.h == nil {
		return
	}
	w.set.mu.Lock()
	next := w.leave()
	w.set.mu.Unlock()
	next.Wake()
	if err := w.discard(ErrCancelled); err != ErrCancelled {
		panic(err)
	}
}

// discard drops what was not spawned, and what it would have owned. It returns err,
// joined with panics of that.
func (w *SpawnFuture[T]) discard(err error) error {
	h := w.h
	w.h = nil
	h.refuse(nil, err)
	return h.extra.Load().err
}
