package edotest

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
)

// The Require functions poll once and stop the test when the outcome is not the one of the
// name. Call them from the goroutine of the test.

// RequirePending polls f by task and requires that it is pending.
func RequirePending[T any](t testing.TB, task *Task, f edo.Future[T]) {
	t.Helper()
	if v, p, err := Poll(task, f); p != edo.Pending {
		t.Fatalf("got %v with %v, %v; want Pending", p, v, err)
	}
}

// RequireReady polls f by task, requires that it is ready without an error, and
// returns its value.
func RequireReady[T any](t testing.TB, task *Task, f edo.Future[T]) T {
	t.Helper()
	v, p, err := Poll(task, f)
	if p != edo.Ready || err != nil {
		t.Fatalf("got %v with %v, %v; want Ready without an error", p, v, err)
	}
	return v
}

// RequireError polls f by task and requires that it has failed with an error
// that matches want by [errors.Is]. It returns the value that came with the error.
func RequireError[T any](t testing.TB, task *Task, f edo.Future[T], want error) T {
	t.Helper()
	v, p, err := Poll(task, f)
	if p != edo.Ready || !errors.Is(err, want) {
		t.Fatalf("got %v with %v, %v; want Ready with the error %q", p, v, err, want)
	}
	return v
}

// RequireNextPending polls s by task and requires that it is pending.
func RequireNextPending[T any](t testing.TB, task *Task, s edo.Stream[T]) {
	t.Helper()
	if v, p, err := PollNext(task, s); p != edo.Pending {
		t.Fatalf("got %v with %v, %v; want Pending", p, v, err)
	}
}

// RequireNext polls s by task, requires that it has a value, and returns it.
func RequireNext[T any](t testing.TB, task *Task, s edo.Stream[T]) T {
	t.Helper()
	v, p, err := PollNext(task, s)
	if p != edo.Ready || err != nil {
		t.Fatalf("got %v with %v, %v; want Ready without an error", p, v, err)
	}
	return v
}

// RequireNextError polls s by task and requires an error item that matches want
// by [errors.Is].
func RequireNextError[T any](t testing.TB, task *Task, s edo.Stream[T], want error) {
	t.Helper()
	if v, p, err := PollNext(task, s); p != edo.Ready || !errors.Is(err, want) {
		t.Fatalf("got %v with %v, %v; want Ready with the error %q", p, v, err, want)
	}
}

// RequireEnd polls s by task and requires that it has ended.
func RequireEnd[T any](t testing.TB, task *Task, s edo.Stream[T]) {
	t.Helper()
	if v, p, err := PollNext(task, s); p != edo.End {
		t.Fatalf("got %v with %v, %v; want End", p, v, err)
	}
}

// RequireWoken requires that task was woken exactly n times since RequireWoken
// or [Task.TakeWakes] was called last.
func RequireWoken(t testing.TB, task *Task, n int) {
	t.Helper()
	if got := task.TakeWakes(); got != n {
		t.Fatalf("woken %d times, want %d", got, n)
	}
}
