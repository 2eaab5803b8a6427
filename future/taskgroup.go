package future

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// JoinTask runs functions in direct style at the same time, in turns inside this task,
// and returns when all have ended, with what each returned. Its own error is
// [edo.ErrCancelled], or says that task is not the caller's; then there are no results.
// It takes an operation off the budget of the task, also for no functions at all, and for
// functions that return without waiting.
//
// What holds for this and for [TryJoinTask] and [RaceTask]: when they return, every
// function that has started has ended. One that is no longer wanted gets
// [edo.ErrCancelled] from the call that it waits in and from every later one, as in a
// task that was aborted, and what it returns then is dropped; one that has not started
// never does. When the task itself is cancelled, that goes for all. A function that
// panics has failed, with an [*edo.PanicError], which is not lost when its result is:
// it is joined to the error.
//
// Each function has a Task of its own to wait with, and counts as a waiter of its own:
// what one task at a time may wait for, one function at a time may. They take turns, so
// that they may share variables without locks; one that computes holds up the others. What a function
// that never starts would have used is still the caller's. A function costs a coroutine
// (some 3 KB, pooled), some 250 bytes in two or three allocations, and one to two
// microseconds.
func JoinTask[T any](task *edo.Task, fns ...func(task *edo.Task) (T, error)) ([]Result[T], error) {
	g := newTaskGroup(fns, toTheEnd)
	err := g.await(task)
	if err != nil {
		g.dropValues()
		return nil, err
	}
	return g.results(), nil
}

// TryJoinTask is [JoinTask] that gives up at the first error: the other functions are
// cancelled, and when they have ended it returns that error.
func TryJoinTask[T any](task *edo.Task, fns ...func(task *edo.Task) (T, error)) ([]T, error) {
	g := newTaskGroup(fns, toFirstError)
	err := g.await(task)
	if g.decider >= 0 {
		err = both(g.out[g.decider].Err, err)
	}
	if err != nil {
		g.dropValues()
		return nil, err
	}
	values := make([]T, len(g.out))
	for i, r := range g.results() {
		values[i] = r.Value
	}
	return values, nil
}

// RaceTask is [JoinTask] that waits for the first function to return, and returns what
// that did: the others are cancelled, and have ended by then. In which order they start is
// drawn, as by [Race]; if one returns without waiting, those behind it never start. When one
// that lost has panicked, the value comes with that error.
//
// What a loser had received, it has received: only what it was still waiting for is left
// where it was.
func RaceTask[T any](task *edo.Task, fns ...func(task *edo.Task) (T, error)) (v T, err error) {
	if len(fns) == 0 {
		panic(errNoRacers)
	}
	g := newTaskGroup(fns, toFirst)
	err = g.await(task)
	if g.decider < 0 {
		g.dropValues()
		return v, err
	}
	r := g.out[g.decider]
	g.out[g.decider].Err = edo.ErrCancelled // the value is not to be dropped
	g.dropValues()
	return r.Value, both(r.Err, err)
}

// both joins two errors of which either may be nil.
func both(a, b error) error {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return errors.Join(a, b)
}

// taskGroup is functions in direct style that run inside one task.
//
//	goes on   the functions are polled when they are woken
//	ending    what they are for is decided, or the task was cancelled: each is polled
//	          until it has ended, with ErrCancelled
//
// While it is ending all are polled, woken or not: the task drives those that it finds
// suspended as well, when it is ending itself, and then they end without a wake.
type taskGroup[T any] struct {
	set      fan.Set
	branches []branch[T]
	out      []Result[T]
	goal     goal
	decider  int // whose result has decided; -1: none's
	ending   bool
	aborted  bool // the task was cancelled before anything was decided
	begun    bool // the poll has begun, and has taken from the budget for it
}

type branch[T any] struct {
	fan.Child
	f edo.Future[T]
}

// goal says when a taskGroup is done.
type goal uint8

const (
	toTheEnd goal = iota
	toFirstError
	toFirst
)

func newTaskGroup[T any](fns []func(task *edo.Task) (T, error), until goal) *taskGroup[T] {
	g := &taskGroup[T]{branches: make([]branch[T], len(fns)), out: make([]Result[T], len(fns)), goal: until, decider: -1}
	for i, fn := range fns {
		g.branches[i].f = edo.Async(fn)
		g.out[i].Err = edo.ErrCancelled // unless it is polled to its end
	}
	g.set.Init(g, len(fns))
	return g
}

// await waits until all functions have ended. The error is that of the wait, with the
// panics of functions whose results nobody gets.
func (g *taskGroup[T]) await(task *edo.Task) error {
	_, err := edo.AwaitEnd(internal.Key{}, task, edo.Future[edo.Unit](g), func() {
		g.aborted = g.decider < 0
		g.ending = true
	})
	g.release()
	if g.aborted && !g.succeeded() {
		err = edo.ErrCancelled
	}
	if err == nil && !g.ending {
		return nil
	}
	for i, r := range g.out {
		var p *edo.PanicError
		if i != g.decider && errors.As(r.Err, &p) {
			err = both(err, p)
		}
	}
	return err
}

// succeeded says whether the functions have done what they are for all the same,
// although they were cancelled: nothing that they have done is lost then.
func (g *taskGroup[T]) succeeded() bool {
	for i, r := range g.out {
		if good := r.Err == nil; good && g.goal == toFirst {
			g.decider = i
			return true
		} else if !good && g.goal != toFirst {
			return false
		}
	}
	return g.goal != toFirst
}

func (g *taskGroup[T]) Child(i int) *fan.Child { return &g.branches[i].Child }

func (g *taskGroup[T]) PollChild(cx *sched.Context, i int) fan.Outcome {
	b := &g.branches[i]
	if g.ending && !cx.Inspecting() && !edo.CancelAsync(internal.Key{}, b.f) {
		edo.Drop(b.f) // it has not started, or somebody else has driven it to its end
		return fan.Ended
	}
	v, p, err := b.f.Poll((*edo.Context)(cx))
	if p == edo.Pending {
		return fan.Pending
	}
	g.out[i] = Result[T]{v, err}
	if !g.ending && (g.goal == toFirst || g.goal == toFirstError && err != nil) {
		g.decider, g.ending = i, true
	}
	return fan.Ended
}

func (g *taskGroup[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !g.begun && !g.ending {
		if !cx.Proceed(nil) {
			return edo.Unit{}, edo.Pending, nil
		}
		g.begun = true
	}
	in := cx.Internal(internal.Key{})
	if g.goal == toFirst {
		g.set.Shuffle(in)
	}
	over := !g.ending && g.set.Poll(in)
	if g.ending {
		over = g.set.PollAll(in)
	}
	switch {
	case over:
		return edo.Unit{}, edo.Ready, nil
	case g.ending && in.Inspecting():
		cx.Waker().Wake() // the inspection may have decided it
	}
	return edo.Unit{}, edo.Pending, nil
}

// release lets go of the functions, which have ended: somebody may keep the waker of
// one for long.
func (g *taskGroup[T]) release() {
	g.set.Drop()
	for i := range g.branches {
		g.branches[i].f = nil
	}
}

// results hands over what the functions came to.
func (g *taskGroup[T]) results() []Result[T] {
	out := g.out
	g.out = nil
	return out
}

// dropValues drops the values that nobody gets.
func (g *taskGroup[T]) dropValues() {
	own.DiscardAll(g.results())
}
