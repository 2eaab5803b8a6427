package lock_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/lock"
)

var (
	_ edo.Future[*lock.Guard]  = (*lock.LockFuture)(nil)
	_ edo.Future[*lock.Permit] = (*lock.AcquireFuture)(nil)
	_ edo.Future[edo.Unit]     = (*lock.Notified)(nil)
	_ edo.Future[bool]         = (*lock.Arrival)(nil)
	_ edo.Future[int]          = (*lock.InitFuture[int])(nil)

	_ edo.Dropper = (*lock.LockFuture)(nil)
	_ edo.Dropper = (*lock.AcquireFuture)(nil)
	_ edo.Dropper = (*lock.Notified)(nil)
	_ edo.Dropper = (*lock.Arrival)(nil)
	_ edo.Dropper = (*lock.InitFuture[int])(nil)
	_ edo.Dropper = (*lock.Guard)(nil)
	_ edo.Dropper = (*lock.Permit)(nil)
)

// polled polls f by task, requires the results want and wantErr, and returns the value.
func polled[T any](t testing.TB, task *edotest.Task, f edo.Future[T], want edo.Poll, wantErr error) T {
	t.Helper()
	v, p, err := edotest.Poll(task, f)
	if p != want || !errors.Is(err, wantErr) {
		t.Fatalf("Poll = %v, %v, %v, want %v, %v", v, p, err, want, wantErr)
	}
	return v
}

// direct returns a future that runs fn in direct style.
func direct(fn func(task *edo.Task) error) edo.Future[edo.Unit] {
	return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) })
}

// driven is a future with the mock task that polls it.
type driven[T any] struct {
	t    testing.TB
	f    edo.Future[T]
	task *edotest.Task
}

// drive returns f with a mock task of its own.
func drive[T any](t testing.TB, f edo.Future[T]) driven[T] { return driven[T]{t, f, edotest.NewTask()} }

// waits polls the future, and requires that it is pending.
func (o driven[T]) waits() driven[T] {
	o.t.Helper()
	polled(o.t, o.task, o.f, edo.Pending, nil)
	return o
}

// gets polls the future, and requires that it is ready.
func (o driven[T]) gets() T {
	o.t.Helper()
	return polled(o.t, o.task, o.f, edo.Ready, nil)
}

// fails polls the future, and requires an error.
func (o driven[T]) fails(err error) {
	o.t.Helper()
	polled(o.t, o.task, o.f, edo.Ready, err)
}

// woken requires that the task was woken n times since the last call of woken.
func (o driven[T]) woken(n int) driven[T] {
	o.t.Helper()
	edotest.RequireWoken(o.t, o.task, n)
	return o
}

func (o driven[T]) drop() { edo.Drop(o.f) }

// abort cancels a function in direct style, which then runs to its end.
func (o driven[T]) abort() {
	o.t.Helper()
	edo.Drop(o.f)
	o.fails(edo.ErrCancelled)
	o.task.TakeWakes()
}

// requireRules requires that x follows its rules.
func requireRules(t testing.TB, x interface{ Check() error }) {
	t.Helper()
	if err := x.Check(); err != nil {
		t.Fatal(err)
	}
}

// requirePanic requires that fn panics with an error.
func requirePanic(t testing.TB, what string, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if _, ok := recover().(error); !ok {
			t.Errorf("%s did not panic with an error", what)
		}
	}()
	fn()
}

// run runs main on a runtime with this number of workers.
func run(t *testing.T, workers int, main func(task *edo.Task) error) {
	t.Helper()
	if err := edo.Run(main, edo.WithConfig(edo.Config{Workers: workers})); err != nil {
		t.Fatal(err)
	}
}

// firstCPUs is the first of the numbers that -cpu gives.
var firstCPUs = sync.OnceValue(func() int { return runtime.GOMAXPROCS(0) })

// skipOtherCPUs is for tests that do not depend on -cpu: they run for its first number, and
// are skipped for the others.
func skipOtherCPUs(t *testing.T) {
	t.Helper()
	if runtime.GOMAXPROCS(0) != firstCPUs() {
		t.Skip("does not depend on -cpu")
	}
}
