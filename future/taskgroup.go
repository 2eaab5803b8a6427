package future

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// taskGroup is functions in direct style that run inside one task. It is a future, and ready
// when all functions have ended. It is the [fan.Owner] of its set.
//
//	running   each function is polled when it was woken
//	ending    the goal is reached, or the task was cancelled: each function is polled, and
//	          gets ErrCancelled, until it has ended
//
// While the group is ending it polls all functions, woken or not: the end of the task also
// drives those that it finds suspended, and they then end without a wake.
type taskGroup[T any] struct {
	set      fan.Set
	branches []branch[T]
	results  []Result[T]
	goal     goal
	decider  int  // the index of the function that reached the goal, or -1
	ending   bool // see above
	aborted  bool // the task was cancelled before the goal was reached
}

// branch is one function of a taskGroup.
type branch[T any] struct {
	fan.Child
	f edo.Future[T] // made by edo.Async, or edo.AsyncStep; nil after release
}

// goal is the event after which a taskGroup is ending.
type goal uint8

const (
	allEnded goal = iota
	firstError
	firstEnded
)

// newTaskGroup returns a group of n functions, which are not set yet.
func newTaskGroup[T any](n int, goal goal) *taskGroup[T] {
	g := &taskGroup[T]{branches: make([]branch[T], n), results: make([]Result[T], n), goal: goal, decider: -1}
	for i := range g.results {
		g.results[i].Err = edo.ErrCancelled // unless the function is polled to its end
	}
	g.set.Init(g, n)
	return g
}

// await runs fns, and waits until all have ended. It returns the error of the wait, joined with
// the panics of the functions whose results the caller does not get.
func (g *taskGroup[T]) await(task *edo.Task, fns []func(task *edo.Task) (T, error)) error {
	for i, fn := range fns {
		g.branches[i].f = edo.Async(fn)
	}
	t := inside.Task(task)
	err := t.Enter()
	if err == nil {
		err = t.Await(g, g.cancel)
	}
	return g.ended(err)
}

// awaitStep is the step form of await: fns are the functions as futures. A call that is done
// returns the group.
func awaitStep[T any](task *edo.Task, st *edo.Step, fns []edo.Future[T], goal goal) (done bool, g *taskGroup[T], err error) {
	t := inside.Task(task)
	g = edo.StepState[taskGroup[T]](st)
	if g == nil {
		isResumed := t.TakeResumed()
		if t.IsSpecial() {
			if v, k := t.EnterStep(isResumed); v == core.Waits {
				return false, nil, nil
			} else if v == core.IsOver {
				return true, newTaskGroup[T](0, goal), k.Err
			}
		}
		g = newTaskGroup[T](len(fns), goal)
		for i, f := range fns {
			g.branches[i].f = f
		}
	}
	st.Set(nil) // also when this panics
	if done, err = t.WaitStep(g, g.cancel); !done {
		st.Set(g)
		return false, nil, nil
	}
	return true, g, g.ended(err)
}

// ended returns the error of await; err is that of the wait.
func (g *taskGroup[T]) ended(err error) error {
	g.release()
	if g.aborted && !g.reachedGoal() {
		err = edo.ErrCancelled
	}
	if err == nil && !g.ending {
		return nil
	}
	for i, r := range g.results {
		var p *edo.PanicError
		if i != g.decider && errors.As(r.Err, &p) {
			err = joinErrors(err, p)
		}
	}
	return err
}

// PollReady polls the functions, and reports whether all have ended.
func (g *taskGroup[T]) PollReady(cx *sched.Context) (isReady bool) {
	_, p, _ := g.Poll((*edo.Context)(cx))
	return p != edo.Pending
}

// cancel makes the functions end, because the task was cancelled; await goes on until they
// have.
func (g *taskGroup[T]) cancel() (goesOn bool) {
	g.aborted = g.decider < 0
	g.ending = true
	return true
}

// reachedGoal reports whether the functions have reached the goal although they were
// cancelled: then their results are not lost.
func (g *taskGroup[T]) reachedGoal() bool {
	for i, r := range g.results {
		if succeeded := r.Err == nil; succeeded && g.goal == firstEnded {
			g.decider = i
			return true
		} else if !succeeded && g.goal != firstEnded {
			return false
		}
	}
	return g.goal != firstEnded
}

func (g *taskGroup[T]) Child(i int) *fan.Child { return &g.branches[i].Child }

func (g *taskGroup[T]) PollChild(cx *sched.Context, i int) fan.Outcome {
	b := &g.branches[i]
	if g.ending && !cx.Inspecting() && !core.TellCancelled(b.f) {
		edo.Drop(b.f) // it has not started, or the end of the task has driven it to its end
		return fan.Ended
	}
	v, p, err := b.f.Poll((*edo.Context)(cx))
	if p == edo.Pending {
		return fan.Pending
	}
	g.results[i] = Result[T]{v, err}
	if !g.ending && (g.goal == firstEnded || g.goal == firstError && err != nil) {
		g.decider, g.ending = i, true
	}
	return fan.Ended
}

func (g *taskGroup[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !g.ending && !mayStart(&g.set, cx) {
		return edo.Unit{}, edo.Pending, nil
	}
	in := (*sched.Context)(cx)
	if g.goal == firstEnded {
		g.set.Shuffle(in)
	}
	over := !g.ending && g.set.Poll(in)
	if g.ending { // perhaps since that poll
		over = g.set.PollAll(in)
	}
	switch {
	case over:
		return edo.Unit{}, edo.Ready, nil
	case g.ending && in.Inspecting():
		cx.Waker().Wake() // this inspection may have reached the goal
	}
	return edo.Unit{}, edo.Pending, nil
}

// release lets the collector free the functions, which have ended, when a waker of one of
// them is kept for long.
func (g *taskGroup[T]) release() {
	g.set.Drop()
	for i := range g.branches {
		g.branches[i].f = nil
	}
}

// takeResults returns the results, which the group no longer keeps.
func (g *taskGroup[T]) takeResults() []Result[T] {
	results := g.results
	g.results = nil
	return results
}

// dropResults drops the results that the caller does not get.
func (g *taskGroup[T]) dropResults() {
	own.DiscardAll(g.takeResults())
}
