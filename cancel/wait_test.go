package cancel_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
)

func TestCancellingWakesEachWaiterOnce(t *testing.T) {
	root := cancel.New()
	child := root.Child()
	a, b, c := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	fa, fb, fc := child.CancelledFuture(), child.CancelledFuture(), root.Child().CancelledFuture()
	edotest.RequirePending(t, a, fa)
	edotest.RequirePending(t, b, fa) // the future moves to another task
	edotest.RequirePending(t, a, fb)
	edotest.RequirePending(t, c, fc)
	child.Cancel()
	edotest.RequireWoken(t, a, 1)
	edotest.RequireWoken(t, b, 1)
	edotest.RequireWoken(t, c, 0)
	edotest.RequireReady(t, b, fa)
	edotest.RequireReady(t, a, fb)
	edotest.RequirePending(t, c, fc)
	fc.Drop()
	fc.Drop()
	root.Cancel()
	edotest.RequireWoken(t, c, 0)
	edotest.RequireWoken(t, a, 0)
	fa.Drop()
}

func TestPollCancelledWakesTheTaskThatPolledLast(t *testing.T) {
	c := cancel.New()
	one, two := edotest.NewTask(), edotest.NewTask()
	poll := func(task *edotest.Task) (p edo.Poll) {
		task.Enter(func(cx *edo.Context) { p, _ = c.PollCancelled(cx) })
		return p
	}
	if poll(one) != edo.Pending || poll(two) != edo.Pending {
		t.Fatal("not pending")
	}
	c.Cancel()
	edotest.RequireWoken(t, one, 0)
	edotest.RequireWoken(t, two, 1)
	if poll(one) != edo.Ready || poll(two) != edo.Ready {
		t.Error("not ready")
	}
}

func TestTokenDoesNothingWithoutABudget(t *testing.T) {
	c := cancel.New()
	c.Cancel()
	task := edotest.NewTask()
	d := &tasktest.Dropped{}
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if p, _ := c.PollCancelled(cx); p != edo.Pending {
			t.Error("PollCancelled went on")
		}
		if _, p, _ := cancel.Until(c, d).Poll(cx); p != edo.Pending || d.Drops.Load() != 0 {
			t.Error("UntilCancelled went on")
		}
	})
	edotest.RequireWoken(t, task, 1)
}

func TestCancelledWaitsAndIsCancelSafe(t *testing.T) {
	tasktest.RunOnAll(t, func(task *edo.Task) error {
		c := cancel.New()
		var handles []*edo.JoinHandle[edo.Unit]
		for range 3 {
			handles = append(handles, edo.Go(task, func(task *edo.Task) error { return c.Cancelled(task) }))
		}
		tasktest.YieldTimes(task, 5)
		handles[0].Abort()
		if _, err := handles[0].Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		waits := c.Below()
		for ; waits < 2; waits = c.Below() {
			edo.Yield(task) // a task has not begun to wait
		}
		if waits != 2 { // the aborted task has not left
			t.Errorf("%d wait, want 2", waits)
		}
		c.Cancel()
		for _, h := range handles[1:] {
			if _, err := h.Await(task); err != nil {
				t.Errorf("got %v", err)
			}
		}
		if n := c.Below(); n != 0 {
			t.Errorf("%d have stayed", n)
		}
		return c.Cancelled(task)
	})
}

func TestWaitForATokenAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		open, over := cancel.New(), cancel.New()
		over.Cancel()
		mock := edotest.NewTask()
		if n := testing.AllocsPerRun(100, func() {
			mock.Enter(func(cx *edo.Context) { open.PollCancelled(cx) })
		}); n != 0 {
			t.Errorf("a poll allocates %v times", n)
		}
		if n := testing.AllocsPerRun(100, func() { over.Cancelled(task) }); n != 0 {
			t.Errorf("a wait allocates %v times", n)
		}
		return nil
	})
}

func TestFirstPollOfAWaitForADroppedTokenSeesTheCancellationOfTheParent(t *testing.T) {
	for _, depth := range []int{1, 2, 3} {
		root := cancel.New()
		c := root
		var chain []*cancel.Token
		for range depth {
			c = c.Child()
			chain = append(chain, c)
		}
		until := cancel.Until(c, future.Lazy(func() (int, error) { t.Error("it was polled"); return 0, nil }))
		wait := c.CancelledFuture()
		for i := range chain {
			chain[len(chain)-1-i].Drop()
		}
		root.Cancel()
		m := edotest.NewTask()
		if _, p, err := edotest.Poll(m, until); p != edo.Ready || !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("UntilCancelled, %d below: %v, %v", depth, p, err)
		}
		if _, p, err := edotest.Poll(m, edo.Future[edo.Unit](wait)); p != edo.Ready || err != nil {
			t.Errorf("CancelledFuture, %d below: %v, %v", depth, p, err)
		}
		runtime.KeepAlive(chain)
	}
}

func TestDroppedWaitForATokenIsForgotten(t *testing.T) {
	c := cancel.New()
	task := edotest.NewTask()
	unpolled, waits, over := c.CancelledFuture(), c.CancelledFuture(), c.CancelledFuture()
	edotest.RequirePending(t, task, waits)
	edotest.RequirePending(t, task, over)
	for range 2 {
		unpolled.Drop()
		waits.Drop()
	}
	if n := c.Below(); n != 1 {
		t.Errorf("%d are known", n)
	}
	c.Cancel()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, over)
	over.Drop()
	over.Drop()
}

func TestManyTasksWaitForOneToken(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		c := cancel.New()
		for range 5 {
			edo.Go(task, c.Cancelled)
		}
		edo.Yield(task)
		c.Cancel()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
