package edo_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/scope"
)

// tag is the key of a value in a context.
type tag struct{}

// tagged returns a context with the value v.
func tagged(v string) context.Context { return context.WithValue(context.Background(), tag{}, v) }

// tagOf returns the value of ctx, or "none".
func tagOf(ctx context.Context) string {
	if v, ok := ctx.Value(tag{}).(string); ok {
		return v
	}
	return "none"
}

// tagFuture is a future of the value that its task has.
type tagFuture struct{}

func (tagFuture) Poll(cx *edo.Context) (string, edo.Poll, error) {
	return tagOf(cx.Values()), edo.Ready, nil
}

// seen returns the values that tasks have which s spawns, in both styles, and below such.
func seen(task *edo.Task, s edo.Spawner, opts ...edo.SpawnOption) (all [4]string) {
	direct := edo.GoValue(s, func(task *edo.Task) (string, error) { return tagOf(task.Context()), nil }, opts...)
	future := edo.Spawn[string](s, tagFuture{}, opts...)
	below := edo.GoValue(s, func(task *edo.Task) (string, error) {
		return edo.Spawn[string](task, tagFuture{}).Await(task)
	}, opts...)
	blocking := edo.Blocking(s, func(task *edo.Task) (string, error) { return tagOf(task.Context()), nil }, opts...)
	for i, h := range []*edo.JoinHandle[string]{direct, future, below, blocking} {
		v, err := h.Await(task)
		if err != nil {
			v = err.Error()
		}
		all[i] = v
	}
	return all
}

func TestTheValuesOfAContextReachATaskAndAllBelow(t *testing.T) {
	all := func(v string) [4]string { return [4]string{v, v, v, v} }
	err := edo.Run(func(task *edo.Task) error {
		if got := seen(task, task); got != all("run's") {
			t.Errorf("without the option: %v", got)
		}
		if got := seen(task, task, edo.ValuesOf(tagged("given"))); got != all("given") {
			t.Errorf("with the option: %v", got)
		}
		_, err := edo.Go(task, func(task *edo.Task) error {
			if got := seen(task, task); got != all("outer") {
				t.Errorf("below a task with the option: %v", got)
			}
			if got := seen(task, task, edo.ValuesOf(tagged("inner"))); got != all("inner") {
				t.Errorf("with the option, below another: %v", got)
			}
			return scope.Run(task, func(s *scope.Scope) error {
				if got := seen(task, s); got != all("outer") {
					t.Errorf("in a scope: %v", got)
				}
				return nil
			})
		}, edo.ValuesOf(tagged("outer"))).Await(task)
		return err
	}, edo.WithContext(tagged("run's")))
	if err != nil {
		t.Error(err)
	}
}

func TestTheValuesOfAContextBringNeitherItsEndNorItsDeadline(t *testing.T) {
	ended, end := context.WithCancelCause(tagged("given"))
	end(errors.New("another's end"))
	late, cancel := context.WithDeadline(ended, time.Unix(1, 0))
	defer cancel()
	err := edo.Run(func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			ctx := task.Context()
			if _, ok := ctx.Deadline(); ok || ctx.Err() != nil || tagOf(ctx) != "given" {
				t.Errorf("the context has a deadline: %v, and has ended: %v", ok, ctx.Err())
			}
			err := task.Cancelled()
			if err := context.Cause(ctx); err != edo.ErrCancelled {
				t.Errorf("it has ended with %v", err)
			}
			return err
		}, edo.ValuesOf(late))
		if err := edo.Yield(task); err != nil {
			return err
		}
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("the task has ended with %v", err)
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Error(err)
	}
}

func TestValuesOfNilIsRefused(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a nil context was taken")
		}
	}()
	var none context.Context
	edo.ValuesOf(none)
}
