// Package idletest has the property that a limit of idleness must have in every layer of a
// connection: an operation has all of the time, although one before it was given up.
//
// A test of a layer says which operation waits, in its forms, and how long it must last:
//
//	idletest.RequireWholeTime(t, 10*time.Second, func(task *edo.Task) (idletest.Op, error) {
//		a, b := connection with a limit of 10 seconds
//		return idletest.Op{
//			Direct: func(task *edo.Task) error { _, err := a.Read(task, p); return err },
//			Close:  []io.Closer{a, b},
//		}, nil
//	})
//
// When not to use it: for the limits themselves, which the tests of each layer have.
package idletest

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// Op is an operation that waits until a limit of idleness ends it, in its forms. A form that is
// nil does not exist.
type Op struct {
	Direct func(task *edo.Task) error
	Future func() edo.Future[edo.Unit]
	Step   func(task *edo.Task, st *edo.Step) (done bool, err error)

	Lasts time.Duration // until it fails; 0: the limit
	Close []io.Closer   // afterwards
}

// Futures returns f with its value left out.
func Futures[T any](f func() edo.Future[T]) func() edo.Future[edo.Unit] {
	return func() edo.Future[edo.Unit] { return future.Map(f(), func(T) edo.Unit { return edo.Unit{} }) }
}

// early is how long before the end of its time the first operation is given up.
const early = time.Second

// ways are the ways to give an operation up after d, and then to wait for another one.
var ways = []struct {
	name    string
	applies func(op Op) bool
	run     func(task *edo.Task, op Op, d time.Duration) (began time.Time, err error)
}{
	{"a time limit around it has passed", hasDirect, func(task *edo.Task, op Op, d time.Duration) (time.Time, error) {
		timer.Timeout(task, d, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, op.Direct(task) })
		return timer.Now(task), op.Direct(task)
	}},
	{"its scope was cancelled", hasDirect, func(task *edo.Task, op Op, d time.Duration) (time.Time, error) {
		scope.Run(task, func(s *scope.Scope) error {
			edo.Go(s, func(task *edo.Task) error {
				timer.Sleep(task, d)
				s.Cancel()
				return nil
			})
			return op.Direct(task)
		})
		return timer.Now(task), op.Direct(task)
	}},
	{"it has lost a race", hasDirect, func(task *edo.Task, op Op, d time.Duration) (time.Time, error) {
		future.RaceTask(task,
			func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, op.Direct(task) },
			func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, timer.Sleep(task, d) })
		return timer.Now(task), op.Direct(task)
	}},
	{"its task was aborted", hasDirect, func(task *edo.Task, op Op, d time.Duration) (time.Time, error) {
		h := edo.Go(task, op.Direct)
		timer.Sleep(task, d)
		h.Abort()
		h.Await(task)
		return timer.Now(task), op.Direct(task)
	}},
	{"a time limit around its future has passed", hasFuture, func(task *edo.Task, op Op, d time.Duration) (time.Time, error) {
		edo.Await(task, future.Timeout(d, op.Future()))
		return timer.Now(task), awaitAll(task, op.Future())
	}},
	{"its future has lost a race", hasFuture, func(task *edo.Task, op Op, d time.Duration) (time.Time, error) {
		edo.Await(task, future.Race(op.Future(), timer.SleepFuture(d)))
		return timer.Now(task), awaitAll(task, op.Future())
	}},
	{"its task has dropped the future", hasFuture, func(task *edo.Task, op Op, d time.Duration) (time.Time, error) {
		f := op.Future()
		edo.Await(task, edo.Future[edo.Unit](&until{f, timer.SleepFuture(d)}))
		edo.Drop(f)
		return timer.Now(task), awaitAll(task, op.Future())
	}},
	{"a time limit around its step form has passed", hasStep, func(task *edo.Task, op Op, d time.Duration) (began time.Time, err error) {
		var limit, second edo.Step
		isSecond := false
		_, err = tasktest.GoFrame(task, func(task *edo.Task, _ *edo.Step) (bool, error) {
			if !isSecond {
				done, _, _ := timer.TimeoutStep(task, &limit, d, func(task *edo.Task, st *edo.Step) (bool, edo.Unit, error) {
					done, err := op.Step(task, st)
					return done, edo.Unit{}, err
				})
				if !done {
					return false, nil
				}
				isSecond, began = true, timer.Now(task)
			}
			return op.Step(task, &second)
		}).Await(task)
		return began, err
	}},
}

func hasDirect(op Op) bool { return op.Direct != nil }
func hasFuture(op Op) bool { return op.Future != nil }
func hasStep(op Op) bool   { return op.Step != nil }

// awaitAll awaits f, and drops it.
func awaitAll(task *edo.Task, f edo.Future[edo.Unit]) error {
	defer edo.Drop(f)
	_, err := edo.Await(task, f)
	return err
}

// until polls a future of which it borrows the first until one of the two is ready, both with the
// waker of the task itself.
type until struct{ f, limit edo.Future[edo.Unit] }

func (u *until) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if v, poll, err := u.f.Poll(cx); poll == edo.Ready {
		return v, poll, err
	}
	return u.limit.Poll(cx)
}

// RequireWholeTime requires that an operation lasts for d, until the limit of idleness d ends it,
// although one before it was given up a second before its own end: in each way in which the forms
// of the operation can be given up. begin makes the operation on a new connection.
func RequireWholeTime(t *testing.T, d time.Duration, begin func(task *edo.Task) (Op, error)) {
	t.Helper()
	used := 0
	for _, way := range ways {
		err := sim.Run(1, func(task *edo.Task) error {
			op, err := begin(task)
			for _, c := range op.Close {
				defer c.Close()
			}
			if err != nil || !way.applies(op) {
				return err
			}
			used++
			first := timer.Now(task)
			began, err := way.run(task, op, d-early)
			if waited := began.Sub(first); waited != d-early {
				t.Errorf("%s: the first one has waited for %v", way.name, waited)
			}
			want := max(d, op.Lasts)
			if lasted := timer.Now(task).Sub(began); lasted != want || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: the next one has ended after %v, want %v, with: %v", way.name, lasted, want, err)
			}
			return nil
		}, sim.WithConfig(sim.Config{Quiet: true}))
		if err != nil {
			t.Errorf("%s: %v", way.name, err)
		}
	}
	if used == 0 {
		t.Error("the operation has no form")
	}
}
