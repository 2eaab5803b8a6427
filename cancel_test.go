package edo_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/sim"
)

func TestCancellingReachesDownAndNeverUp(t *testing.T) {
	root := edo.NewCancel()
	left, right := root.Child(), root.Child()
	below := left.Child()
	left.Cancel()
	left.Cancel()
	if root.IsCancelled() || right.IsCancelled() || !left.IsCancelled() || !below.IsCancelled() {
		t.Error("it went up, or not down")
	}
	root.Cancel()
	if !root.IsCancelled() || !right.IsCancelled() {
		t.Error("it did not go down")
	}
}

func TestAChildOfACancelledTokenIsBornCancelled(t *testing.T) {
	var root edo.Cancel
	root.Cancel()
	child := root.Child()
	if !child.IsCancelled() || !child.Child().IsCancelled() {
		t.Error("it was not")
	}
}

func TestCancellingWakesWhoWaitsOnce(t *testing.T) {
	root := edo.NewCancel()
	child := root.Child()
	a, b, c := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	fa, fb, fc := child.CancelledFuture(), child.CancelledFuture(), root.Child().CancelledFuture()
	edotest.RequirePending(t, a, fa)
	edotest.RequirePending(t, b, fa) // it has moved to another task
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

func TestPollCancelledWakesWhoPolledLast(t *testing.T) {
	c := edo.NewCancel()
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
	c := edo.NewCancel()
	c.Cancel()
	task := edotest.NewTask()
	d := &dropped{}
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if p, _ := c.PollCancelled(cx); p != edo.Pending {
			t.Error("PollCancelled went on")
		}
		if _, p, _ := edo.UntilCancelled(c, d).Poll(cx); p != edo.Pending || d.n.Load() != 0 {
			t.Error("UntilCancelled went on")
		}
	})
	edotest.RequireWoken(t, task, 1)
}

func TestADroppedChildLeavesItsParent(t *testing.T) {
	root := edo.NewCancel()
	for range 10 {
		child := root.Child()
		below := child.Child()
		wait := below.CancelledFuture()
		edotest.RequirePending(t, edotest.NewTask(), wait)
		child.Drop()
		child.Drop()
		if n := root.Below(); n != 1 {
			t.Fatalf("a token that has something below it has left: %d", n)
		}
		below.Drop()
		if n := root.Below(); n != 1 {
			t.Fatalf("a token that somebody waits for has left: %d", n)
		}
		wait.Drop()
		if n := root.Below(); n != 0 {
			t.Fatalf("%d have stayed", n)
		}
	}
	child := root.Child()
	edotest.NewTask().Enter(func(cx *edo.Context) { child.PollCancelled(cx) })
	child.Drop()
	if n := root.Below(); n != 0 {
		t.Errorf("%d have stayed", n)
	}
	child = root.Child()
	child.Cancel() // a token that was cancelled needs no parent
	if n := root.Below(); n != 0 {
		t.Errorf("%d have stayed", n)
	}
	child.Drop()
}

func TestCancellationReachesWhatIsBelowADroppedToken(t *testing.T) {
	root := edo.NewCancel()
	child := root.Child()
	below := child.Child()
	child.Drop()
	root.Cancel()
	if !below.IsCancelled() {
		t.Error("it did not")
	}
}

func TestCancelledWaitsAndIsCancelSafe(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		c := edo.NewCancel()
		var handles []*edo.JoinHandle[edo.Unit]
		for range 3 {
			handles = append(handles, edo.Go(task, func(task *edo.Task) error { return c.Cancelled(task) }))
		}
		pass(task, 5)
		handles[0].Abort()
		if _, err := handles[0].Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		for waits := 2; c.Below() != waits; { // who was aborted has left
			if c.Below() < waits {
				edo.Yield(task) // it has not begun
			} else {
				t.Fatalf("%d wait, want %d", c.Below(), waits)
			}
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

func TestTaskIsAbortedByItsToken(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		c := edo.NewCancel()
		cleaned := false
		started := make(chan struct{}, 1)
		direct := edo.Go(task, func(task *edo.Task) error {
			defer func() { cleaned = true }()
			started <- struct{}{}
			_, err := edo.Await(task, forever{})
			return err
		}, edo.CancelledBy(c.Child()))
		d := &dropped{}
		stackless := edo.Spawn(task, d, edo.CancelledBy(c))
		blocking := edo.Blocking(task, func(task *edo.Task) (int, error) {
			<-task.Context().Done()
			return 0, task.Err()
		}, edo.CancelledBy(c))
		other := edo.Spawn(task, done7{}, edo.CancelledBy(c))
		if v, err := other.Await(task); v != 7 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		for len(started) == 0 {
			edo.Yield(task)
		}
		c.Cancel()
		_, err := direct.Await(task)
		_, err2 := stackless.Await(task)
		_, err3 := blocking.Await(task)
		for _, err := range []error{err, err2, err3} {
			if !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("got %v", err)
			}
		}
		if !cleaned || d.n.Load() != 1 {
			t.Errorf("cleaned %v, dropped %d times", cleaned, d.n.Load())
		}
		late := edo.Go(task, func(*edo.Task) error { t.Error("a task born cancelled ran"); return nil }, edo.CancelledBy(c))
		late.Await(task)
		return nil
	})
}

func TestTokenForgetsTasksThatHaveEnded(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		c := edo.NewCancel()
		for range 100 {
			edo.Spawn(task, done7{}, edo.CancelledBy(c))
		}
		pass(task, 200)
		for c.Below() != 0 {
			edo.Yield(task)
		}
		return nil
	})
}

func TestUntilCancelled(t *testing.T) {
	task := edotest.NewTask()
	c := edo.NewCancel()
	g := &valve{}
	f := edo.UntilCancelled(c, g)
	edotest.RequirePending(t, task, f)
	g.open, g.v = true, 3
	c.Cancel()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireReady(t, task, f); v != 3 || g.drops != 1 {
		t.Errorf("when both are ready it gave %d, and dropped %d times", v, g.drops)
	}
	g = &valve{open: true}
	f = edo.UntilCancelled(c, g)
	edotest.RequireError(t, task, f, edo.ErrCancelled)
	edo.Drop(f)
	if g.polls != 0 || g.drops != 1 {
		t.Errorf("of a token that was cancelled: polled %d times, dropped %d times", g.polls, g.drops)
	}
	c = edo.NewCancel()
	g = &valve{}
	f = edo.UntilCancelled(c, g)
	edotest.RequirePending(t, task, f)
	c.Cancel()
	edotest.RequireError(t, task, f, edo.ErrCancelled)
	if g.drops != 1 {
		t.Errorf("dropped %d times", g.drops)
	}
}

func TestSecondTaskThatWaitsUntilCancelledGetsABusyErrorAndTheFirstWaitsOn(t *testing.T) {
	for seed := range uint64(20) {
		err := sim.Run(seed, func(task *edo.Task) error {
			c, end := edo.NewCancel(), edo.NewCancel()
			h := edo.Go(task, func(task *edo.Task) error { return end.Cancelled(task) })
			f := edo.UntilCancelled[edo.Unit](c, h)
			var got []error
			for range 2 {
				edo.Go(task, func(task *edo.Task) error {
					_, err := edo.Await(task, f)
					got = append(got, err)
					return nil
				})
			}
			edo.Go(task, func(task *edo.Task) error {
				for len(got) == 0 {
					edo.Yield(task)
				}
				end.Cancel()
				return nil
			})
			for len(got) < 2 {
				edo.Yield(task)
			}
			var busy *edo.BusyError
			if !errors.As(got[0], &busy) || got[1] != nil {
				t.Errorf("seed %d: %v", seed, got)
			}
			return nil
		})
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// With a budget of one the first poll uses it up, and must not be the last.
func TestUntilCancelledWithLittleBudgetIsWoken(t *testing.T) {
	for budget := range 4 {
		task := edotest.NewTask()
		c := edo.NewCancel()
		f := edo.UntilCancelled(c, edo.Future[int](&valve{}))
		task.EnterWithBudget(budget, func(cx *edo.Context) { f.Poll(cx) })
		c.Cancel()
		if task.Wakes() == 0 {
			t.Errorf("budget %d: a lost wake-up", budget)
		}
	}
}

func TestAHundredThousandChildren(t *testing.T) {
	n := 100_000
	if invariant.Enabled {
		n = 10_000
	}
	root := edo.NewCancel()
	task := edotest.NewTask()
	all := make([]*edo.Cancel, n)
	for i := range all {
		all[i] = root.Child()
		if i%10 == 0 {
			edotest.RequirePending(t, task, all[i].CancelledFuture())
		}
	}
	for i := 0; i < n; i += 2 {
		all[i].Drop()
	}
	root.Cancel()
	for i, c := range all {
		if !c.IsCancelled() && (i%2 == 1 || i%10 == 0) {
			t.Fatalf("child %d was not cancelled", i)
		}
	}
	if task.Wakes() != n/10 {
		t.Errorf("woken %d times, want %d", task.Wakes(), n/10)
	}
	chain := edo.NewCancel()
	last := chain
	for range n {
		last = last.Child()
	}
	chain.Cancel()
	if !last.IsCancelled() {
		t.Error("a long chain was not cancelled to its end")
	}
}

func TestWaitForATokenAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	onOne(t, func(task *edo.Task) error {
		open, over := edo.NewCancel(), edo.NewCancel()
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

func TestATaskHasOneTokenAndTheLastOneCounts(t *testing.T) {
	onOne(t, func(task *edo.Task) error {
		first, last := edo.NewCancel(), edo.NewCancel()
		h := edo.Spawn(task, forever{}, edo.CancelledBy(first), edo.CancelledBy(last))
		first.Cancel()
		pass(task, 3)
		if h.Finished() {
			t.Error("the first one counts")
		}
		last.Cancel()
		_, err := h.Await(task)
		if !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestWhatWasUntilCancelledLeavesTheToken(t *testing.T) {
	task, c, g := edotest.NewTask(), edo.NewCancel(), &valve{}
	f := edo.UntilCancelled(c, g)
	edotest.RequirePending(t, task, f)
	if n := c.Below(); n != 1 {
		t.Errorf("%d wait", n)
	}
	g.end(1, nil)
	edotest.RequireReady(t, task, f)
	if n := c.Below(); n != 0 {
		t.Errorf("%d have stayed", n)
	}
}

func TestCancellationReachesWhatWasPutBelowATokenThatWasDropped(t *testing.T) {
	for name, put := range map[string]func(task *edo.Task, c *edo.Cancel) (wasReached func() bool){
		"UntilCancelled": func(task *edo.Task, c *edo.Cancel) func() bool {
			m := edotest.NewTask()
			f := edo.UntilCancelled(c, edo.Future[int](forever{}))
			edotest.Poll(m, f)
			return func() bool { _, p, _ := edotest.Poll(m, f); return p == edo.Ready }
		},
		"Child": func(task *edo.Task, c *edo.Cancel) func() bool { return c.Child().IsCancelled },
		"CancelledBy": func(task *edo.Task, c *edo.Cancel) func() bool {
			h := edo.Spawn(task, forever{}, edo.CancelledBy(c))
			edo.Yield(task)
			return func() bool { edo.Yield(task); return h.Finished() }
		},
		"PollCancelled": func(task *edo.Task, c *edo.Cancel) func() bool {
			m := edotest.NewTask()
			poll := func() (p edo.Poll) {
				m.Enter(func(cx *edo.Context) { p, _ = c.PollCancelled(cx) })
				return p
			}
			poll()
			return func() bool { return poll() == edo.Ready }
		},
	} {
		for _, depth := range []int{1, 3} {
			err := sim.Run(1, func(task *edo.Task) error {
				root := edo.NewCancel()
				c := root
				for range depth {
					c = c.Child()
					defer runtime.KeepAlive(c)
				}
				for d := c; d != nil && d != root; d = nil {
					d.Drop()
				}
				reached := put(task, c)
				root.Cancel()
				if !reached() {
					t.Errorf("%s, %d below: not reached", name, depth)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
}

func TestForgottenChildrenAreCollected(t *testing.T) {
	root := edo.NewCancel()
	kept := root.Child()
	for range 100 {
		for range 1000 {
			root.Child()
		}
		runtime.GC()
	}
	if n := root.Below(); n > 4000 {
		t.Errorf("of 100,000 forgotten children %d are left", n)
	}
	root.Cancel()
	if !kept.IsCancelled() {
		t.Error("the child that was kept was not reached")
	}
}

func TestWaitOnATokenThatWasDroppedBeforeItsParentWasCancelledIsOverAtItsFirstPoll(t *testing.T) {
	for _, depth := range []int{1, 2, 3} {
		root := edo.NewCancel()
		c := root
		var chain []*edo.Cancel
		for range depth {
			c = c.Child()
			chain = append(chain, c)
		}
		until := edo.UntilCancelled(c, future.Lazy(func() (int, error) { t.Error("it was polled"); return 0, nil }))
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
