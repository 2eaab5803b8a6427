package future

import (
	"errors"

	"github.com/edo-go/edo"
)

// JoinTask runs functions in direct style at the same time, in turns inside this task. It
// returns when all have returned, with the result of each. It fails itself with
// [edo.ErrCancelled], or with an error that says that task is not the caller's; then there
// are no results. It takes an operation off the budget of the task, also when there are no
// functions, or when they return without waiting.
//
// The following holds for [TryJoinTask] and [RaceTask] too. When they return, every function
// that has started has returned. A function that is no longer needed gets [edo.ErrCancelled]
// from the call that it waits in and from every later one, as in a task that was aborted,
// and its result is dropped; one that has not started never starts. When the task itself is
// cancelled, this happens to all functions. A function that panics has failed with an
// [*edo.PanicError]. That error is not lost with the result: it is joined to the error that
// is returned.
//
// Each function has a Task of its own to wait with, and counts as a waiter of its own: where
// one task at a time may wait, one function at a time may. The functions take turns, so they
// may share variables without locks, and one that computes delays the others. The caller
// still owns whatever a function that never starts would have used. A function costs a
// coroutine (some 3 KB, pooled), some 250 bytes in two or three allocations, and one to two
// microseconds.
//
//edo:step JoinTaskStep
func JoinTask[T any](task *edo.Task, fns ...func(task *edo.Task) (T, error)) ([]Result[T], error) {
	g := newTaskGroup[T](len(fns), allEnded)
	return g.joined(g.await(task, fns))
}

// JoinTaskStep is the step form of [JoinTask]. Each function is a future that [edo.AsyncStep]
// or [edo.Async] has made; the first step counts.
func JoinTaskStep[T any](task *edo.Task, st *edo.Step, fns ...edo.Future[T]) (done bool, results []Result[T], err error) {
	done, g, err := awaitStep(task, st, fns, allEnded)
	if !done {
		return false, nil, nil
	}
	results, err = g.joined(err)
	return true, results, err
}

// joined returns the results of JoinTask; err is that of the wait.
func (g *taskGroup[T]) joined(err error) ([]Result[T], error) {
	if err != nil {
		g.dropResults()
		return nil, err
	}
	return g.takeResults(), nil
}

// TryJoinTask is [JoinTask] that stops at the first error: it cancels the other functions,
// and returns that error when they have returned.
//
//edo:step TryJoinTaskStep
func TryJoinTask[T any](task *edo.Task, fns ...func(task *edo.Task) (T, error)) ([]T, error) {
	g := newTaskGroup[T](len(fns), firstError)
	return g.tryJoined(g.await(task, fns))
}

// TryJoinTaskStep is the step form of [TryJoinTask], see [JoinTaskStep].
func TryJoinTaskStep[T any](task *edo.Task, st *edo.Step, fns ...edo.Future[T]) (done bool, values []T, err error) {
	done, g, err := awaitStep(task, st, fns, firstError)
	if !done {
		return false, nil, nil
	}
	values, err = g.tryJoined(err)
	return true, values, err
}

// tryJoined returns the values of TryJoinTask; err is that of the wait.
func (g *taskGroup[T]) tryJoined(err error) ([]T, error) {
	if g.decider >= 0 {
		err = joinErrors(g.results[g.decider].Err, err)
	}
	if err != nil {
		g.dropResults()
		return nil, err
	}
	values := make([]T, len(g.results))
	for i, r := range g.takeResults() {
		values[i] = r.Value
	}
	return values, nil
}

// RaceTask is [JoinTask] that stops when the first function returns: it cancels the other
// functions, and returns the result of the first when they have returned. The order in which
// the functions start is drawn, as by [Race]; if one returns without waiting, those behind it
// never start. When a loser has panicked, the value comes with that error.
//
// A loser keeps what it had received; only what it was still waiting for stays where it was.
//
//edo:step RaceTaskStep
func RaceTask[T any](task *edo.Task, fns ...func(task *edo.Task) (T, error)) (v T, err error) {
	if len(fns) == 0 {
		panic(errNoRacers)
	}
	g := newTaskGroup[T](len(fns), firstEnded)
	return g.raced(g.await(task, fns))
}

// RaceTaskStep is the step form of [RaceTask], see [JoinTaskStep].
func RaceTaskStep[T any](task *edo.Task, st *edo.Step, fns ...edo.Future[T]) (done bool, v T, err error) {
	if len(fns) == 0 {
		panic(errNoRacers)
	}
	done, g, err := awaitStep(task, st, fns, firstEnded)
	if !done {
		return false, v, nil
	}
	v, err = g.raced(err)
	return true, v, err
}

// raced returns the result of RaceTask; err is that of the wait.
func (g *taskGroup[T]) raced(err error) (v T, _ error) {
	if g.decider < 0 {
		g.dropResults()
		return v, err
	}
	r := g.results[g.decider]
	g.results[g.decider].Err = edo.ErrCancelled // so that the value of r is not dropped
	g.dropResults()
	return r.Value, joinErrors(r.Err, err)
}

// joinErrors joins two errors, either of which may be nil.
func joinErrors(a, b error) error {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return errors.Join(a, b)
}
