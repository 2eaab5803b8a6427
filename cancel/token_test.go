package cancel_test

import (
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
)

func TestCancellingReachesDownAndNeverUp(t *testing.T) {
	root := cancel.New()
	left, right := root.Child(), root.Child()
	below := left.Child()
	left.Cancel()
	left.Cancel()
	if root.IsCancelled() || right.IsCancelled() || !left.IsCancelled() || !below.IsCancelled() {
		t.Error("the cancellation went up, or not down")
	}
	root.Cancel()
	if !root.IsCancelled() || !right.IsCancelled() {
		t.Error("the cancellation did not go down")
	}
}

func TestAChildOfACancelledTokenIsCancelledFromTheStart(t *testing.T) {
	var root cancel.Token
	root.Cancel()
	child := root.Child()
	if !child.IsCancelled() || !child.Child().IsCancelled() {
		t.Error("it was not")
	}
}

func TestADroppedChildLeavesItsParent(t *testing.T) {
	root := cancel.New()
	for range 10 {
		child := root.Child()
		below := child.Child()
		wait := below.CancelledFuture()
		edotest.RequirePending(t, edotest.NewTask(), wait)
		child.Drop()
		child.Drop()
		if n := root.Below(); n != 1 {
			t.Fatalf("a token with a child has left: %d", n)
		}
		below.Drop()
		if n := root.Below(); n != 1 {
			t.Fatalf("a token with a wait has left: %d", n)
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

func TestCancellationReachesTheChildrenOfADroppedToken(t *testing.T) {
	root := cancel.New()
	child := root.Child()
	below := child.Child()
	child.Drop()
	root.Cancel()
	if !below.IsCancelled() {
		t.Error("it did not")
	}
}

func TestAHundredThousandChildren(t *testing.T) {
	n := 100_000
	if invariant.Enabled {
		n = 10_000
	}
	root := cancel.New()
	task := edotest.NewTask()
	all := make([]*cancel.Token, n)
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
	chain := cancel.New()
	last := chain
	for range n {
		last = last.Child()
	}
	chain.Cancel()
	if !last.IsCancelled() {
		t.Error("a long chain was not cancelled to its end")
	}
}

func TestCancellationReachesMembersAddedToADroppedToken(t *testing.T) {
	for name, put := range map[string]func(task *edo.Task, c *cancel.Token) (wasReached func() bool){
		"UntilCancelled": func(task *edo.Task, c *cancel.Token) func() bool {
			m := edotest.NewTask()
			f := cancel.Until(c, edo.Future[int](tasktest.Forever{}))
			edotest.Poll(m, f)
			return func() bool { _, p, _ := edotest.Poll(m, f); return p == edo.Ready }
		},
		"Child": func(task *edo.Task, c *cancel.Token) func() bool { return c.Child().IsCancelled },
		"CancelledBy": func(task *edo.Task, c *cancel.Token) func() bool {
			h := edo.Spawn(task, tasktest.Forever{}, cancel.By(c))
			edo.Yield(task)
			return func() bool { edo.Yield(task); return h.Finished() }
		},
		"PollCancelled": func(task *edo.Task, c *cancel.Token) func() bool {
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
				root := cancel.New()
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
			}, sim.WithConfig(sim.Config{Quiet: true}))
			if err != nil {
				t.Error(err)
			}
		}
	}
}

func TestForgottenChildrenAreCollected(t *testing.T) {
	root := cancel.New()
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
