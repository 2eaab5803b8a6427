package edo_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/tasktest"
)

// leaves does up to n leaf operations in one poll, and resolves to their number.
type leaves struct {
	n, did int
	drops  int
}

func (l *leaves) Poll(cx *edo.Context) (int, edo.Poll, error) {
	l.did = 0
	for range l.n {
		if !cx.Proceed(nil) {
			return 0, edo.Pending, nil
		}
		l.did++
	}
	return l.did, edo.Ready, nil
}

func (l *leaves) Drop() { l.drops++ }

func TestUnconstrainedLiftsTheBudgetOf128(t *testing.T) {
	task := edotest.NewTask()
	l := &leaves{n: 1000}
	edotest.RequirePending(t, task, edo.Future[int](l))
	if l.did != 128 {
		t.Errorf("%d operations in one poll, want 128", l.did)
	}
	edotest.RequireWoken(t, task, 1)
	if n := edotest.RequireReady(t, task, edo.Unconstrained(edo.Future[int](l))); n != 1000 || l.drops != 1 {
		t.Errorf("%d operations in one poll, dropped %d times", n, l.drops)
	}
	edotest.RequireWoken(t, task, 0)
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		l := &leaves{n: 1000}
		n, err := edo.Await(task, edo.Unconstrained(edo.Future[int](l)))
		if n != 1000 {
			t.Errorf("direct style: %d", n)
		}
		return err
	})
}

func TestUnconstrainedLeavesTheRestOfTheBudget(t *testing.T) {
	task := edotest.NewTask()
	for _, budget := range []int{0, 5, 128} {
		task.EnterWithBudget(budget, func(cx *edo.Context) {
			in := (*sched.Context)(cx)
			f := edo.Unconstrained(edo.Future[int](&leaves{n: 1000}))
			if _, p, _ := edo.Unconstrained(f).Poll(cx); p != edo.Ready || in.Budget() != budget { // one in the other
				t.Errorf("%v; %d are left of %d", p, in.Budget(), budget)
			}
			func() {
				defer func() { recover() }()
				edo.Unconstrained[int](tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) { panic("") })).Poll(cx)
			}()
			if in.Budget() != budget {
				t.Errorf("after a panic %d are left of %d", in.Budget(), budget)
			}
		})
		task.TakeWakes()
	}
}

func TestUnconstrainedIsPendingInAnInspection(t *testing.T) {
	var head sched.Task
	noted := 0
	in := sched.NewInspection(nil, &head, func(any) { noted++ })
	_, p, _ := edo.Unconstrained(edo.Future[int](&leaves{n: 3})).Poll((*edo.Context)(in))
	if p != edo.Pending || noted != 1 {
		t.Errorf("%v; %d leaves were noted", p, noted)
	}
}

func TestAbortHandleWorksWithoutTheJoinHandle(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		d := &tasktest.Dropped{}
		spawn := func() edo.AbortHandle {
			h := edo.Spawn(task, d, edo.Name("a task"))
			defer h.Drop()
			return h.AbortHandle()
		}
		a, b := spawn(), spawn()
		if a == b || a.Finished() || a.Name() != "a task" {
			t.Errorf("equal %v, finished %v, %q", a == b, a.Finished(), a.Name())
		}
		abort := make(chan struct{})
		go func() { a.Abort(); a.Abort(); close(abort) }() // from any goroutine
		<-abort
		for !a.Finished() {
			edo.Yield(task)
		}
		if b.Finished() || d.Drops.Load() != 1 || a.Name() != "a task" {
			t.Errorf("finished %v, dropped %d times, %q", b.Finished(), d.Drops.Load(), a.Name())
		}
		a.Abort()
		b.Abort()
		blocking := edo.Blocking(task, func(task *edo.Task) (int, error) {
			<-task.Context().Done()
			return 0, task.Err()
		})
		c := blocking.AbortHandle()
		if c.Finished() {
			t.Error("finished")
		}
		c.Abort()
		if _, err := blocking.Await(task); !errors.Is(err, edo.ErrCancelled) || !c.Finished() {
			t.Errorf("%v; finished %v", err, c.Finished())
		}
		var zero edo.AbortHandle
		zero.Abort()
		if !zero.Finished() || zero.Name() != "(none)" {
			t.Error("the zero AbortHandle")
		}
		return nil
	})
}
