package core_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
)

func TestContextInABlockHasTheValuesTheDeadlineAndTheCauseOfWhatBlockWasGiven(t *testing.T) {
	rt, err := edo.New(edo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Shutdown(context.Background())
	cause := errors.New("the client went away")
	ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), traceKey{}, "trace-7"))
	at := time.Now().Add(time.Hour)
	ctx, stop := context.WithDeadline(ctx, at)
	defer stop()
	err = edo.Block(rt, ctx, func(task *edo.Task) error {
		check := func(c context.Context) {
			if d, ok := c.Deadline(); c.Value(traceKey{}) != "trace-7" || !ok || !d.Equal(at) {
				t.Errorf("value %v, deadline %v", c.Value(traceKey{}), d)
			}
		}
		check(task.Context())
		err := scope.Run(task, func(*scope.Scope) error { check(task.Context()); return nil })
		_, err2 := edo.Await(task, edo.Async(func(task *edo.Task) (int, error) { check(task.Context()); return 0, nil }))
		err3 := edo.Shielded(task, func(task *edo.Task) error {
			if v := task.Context().Value(traceKey{}); v != "trace-7" {
				t.Error("in a shield the value is", v)
			}
			return nil
		})
		c := task.Context()
		cancel(cause)
		<-c.Done()
		if context.Cause(c) != cause {
			t.Error("the cause is", context.Cause(c))
		}
		return errors.Join(err, err2, err3)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWithContextIsWhatEveryContextDerivesFromAndEndsTheRun(t *testing.T) {
	cause := errors.New("no more")
	ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), traceKey{}, 7))
	var other error
	err := edo.Run(func(task *edo.Task) error {
		var begun atomic.Bool
		edo.Go(task, func(task *edo.Task) error {
			begun.Store(true)
			if v := task.Context().Value(traceKey{}); v != 7 {
				t.Error("a task's context has the value", v)
			}
			_, other = edo.Await(task, tasktest.Forever{})
			return other
		})
		for !begun.Load() {
			edo.Yield(task)
		}
		cancel(cause)
		return task.Cancelled()
	}, edo.WithContext(ctx))
	if !errors.Is(err, edo.ErrCancelled) || !errors.Is(err, cause) || !errors.Is(other, edo.ErrCancelled) {
		t.Errorf("Run returned %v, the other task %v", err, other)
	}
	ran := false
	err = edo.Run(func(*edo.Task) error { ran = true; return nil }, edo.WithContext(ctx))
	if ran || !errors.Is(err, cause) {
		t.Errorf("in a context that had ended main ran: %v; %v", ran, err)
	}
	if err := edo.Run(func(*edo.Task) error { return nil }, edo.WithContext(context.Background())); err != nil {
		t.Error(err)
	}
}

// traceKey is the key of a value in a context.
type traceKey struct{}
