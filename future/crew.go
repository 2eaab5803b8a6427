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
	c := newCrew(fns, toTheEnd)
	err := c.await(task)
	if err != nil {
		c.dropValues()
		return nil, err
	}
	return c.results(), nil
}

// TryJoinTask is [JoinTask] that gives up at the first error: the other functions are
// cancelled, and when they have ended it returns that error.
func TryJoinTask[T any](task *edo.Task, fns ...func(task *edo.Task) (T, error)) ([]T, error) {
	c := newCrew(fns, toFirstError)
	err := c.await(task)
	if c.decider >= 0 {
		err = both(c.out[c.decider].Err, err)
	}
	if err != nil {
		c.dropValues()
		return nil, err
	}
	values := make([]T, len(c.out))
	for i, r := range c.results() {
		values[i] = r.Value
	}
	return values, nil
}

// RaceTask is [JoinTask] that waits for the first function to return, and returns what
// that did: the others are cancelled, and have ended by then. Which of them starts is
// drawn, as by [Race]; if it returns without waiting, the others never start. When one
// that lost has panicked, the value comes with that error.
//
// What a loser had received, it has received: only what it was still waiting for is left
// where it was.
func RaceTask[T any](task *edo.Task, fns ...func(task *edo.Task) (T, error)) (v T, err error) {
	if len(fns) == 0 {
		panic(errNoRacers)
	}
	c := newCrew(fns, toFirst)
	err = c.await(task)
	if c.decider < 0 {
		c.dropValues()
		return v, err
	}
	r := c.out[c.decider]
	c.out[c.decider].Err = edo.ErrCancelled // the value is not to be dropped
	c.dropValues()
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

// crew is functions in direct style that run inside one task.
//
//	goes on   the functions are polled when they are woken
//	ending    what they are for is decided, or the task was cancelled: each is polled
//	          until it has ended, with ErrCancelled
//
// While it is ending all are polled, woken or not: the task drives those that it finds
// suspended as well, when it is ending itself, and then they end without a wake.
type crew[T any] struct {
	set     fan.Set
	hands   []hand[T]
	out     []Result[T]
	until   until
	decider int // whose result has decided; -1: none's
	ending  bool
	aborted bool // the task was cancelled before anything was decided
}

type hand[T any] struct {
	fan.Child
	f edo.Future[T]
}

// until says what a crew works for.
type until uint8

const (
	toTheEnd until = iota
	toFirstError
	toFirst
)

func newCrew[T any](fns []func(task *edo.Task) (T, error), u until) *crew[T] {
	c := &crew[T]{hands: make([]hand[T], len(fns)), out: make([]Result[T], len(fns)), until: u, decider: -1}
	for i, fn := range fns {
		c.hands[i].f = edo.Async(fn)
		c.out[i].Err = edo.ErrCancelled // unless it is polled to its end
	}
	c.set.Init(c, len(fns))
	return c
}

// await waits until all functions have ended. The error is that of the wait, with the
// panics of functions whose results nobody gets.
func (c *crew[T]) await(task *edo.Task) error {
	_, err := edo.AwaitEnd(internal.Key{}, task, edo.Future[edo.Unit](c), func() {
		c.aborted = c.decider < 0
		c.ending = true
	})
	c.release()
	if c.aborted && !c.succeeded() {
		err = edo.ErrCancelled
	}
	if err == nil && !c.ending {
		return nil
	}
	for i, r := range c.out {
		var p *edo.PanicError
		if i != c.decider && errors.As(r.Err, &p) {
			err = both(err, p)
		}
	}
	return err
}

// succeeded says whether the functions have done what they are for all the same,
// although they were cancelled: nothing that they have done is lost then.
func (c *crew[T]) succeeded() bool {
	for i, r := range c.out {
		if good := r.Err == nil; good && c.until == toFirst {
			c.decider = i
			return true
		} else if !good && c.until != toFirst {
			return false
		}
	}
	return c.until != toFirst
}

func (c *crew[T]) Child(i int) *fan.Child { return &c.hands[i].Child }

func (c *crew[T]) PollChild(cx *sched.Context, i int) fan.Outcome {
	h := &c.hands[i]
	if c.ending && !cx.Inspecting() && !edo.CancelAsync(internal.Key{}, h.f) {
		edo.Drop(h.f) // it has not started, or somebody else has driven it to its end
		return fan.Ended
	}
	v, p, err := h.f.Poll((*edo.Context)(cx))
	if p == edo.Pending {
		return fan.Pending
	}
	c.out[i] = Result[T]{v, err}
	if !c.ending && (c.until == toFirst || c.until == toFirstError && err != nil) {
		c.decider, c.ending = i, true
	}
	return fan.Ended
}

func (c *crew[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	in := cx.Internal(internal.Key{})
	if c.until == toFirst {
		drawFirst(cx, &c.set, len(c.hands))
	}
	over := !c.ending && c.set.Poll(in)
	if c.ending {
		over = c.set.PollAll(in)
	}
	switch {
	case over:
		return edo.Unit{}, edo.Ready, nil
	case c.ending && in.Inspecting():
		cx.Waker().Wake() // the inspection may have decided it
	}
	return edo.Unit{}, edo.Pending, nil
}

// release lets go of the functions, which have ended: somebody may keep the waker of
// one for long.
func (c *crew[T]) release() {
	c.set.Drop()
	for i := range c.hands {
		c.hands[i].f = nil
	}
}

// results hands over what the functions came to.
func (c *crew[T]) results() []Result[T] {
	out := c.out
	c.out = nil
	return out
}

// dropValues drops the values that nobody gets.
func (c *crew[T]) dropValues() {
	own.DiscardAll(c.results())
}
