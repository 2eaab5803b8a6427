package cancel_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
)

func TestUntilCancelled(t *testing.T) {
	task := edotest.NewTask()
	c := cancel.New()
	g := &tasktest.Valve{}
	f := cancel.Until(c, g)
	edotest.RequirePending(t, task, f)
	g.IsOpen, g.Value = true, 3
	c.Cancel()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireReady(t, task, f); v != 3 || g.Drops != 1 {
		t.Errorf("when both are ready it gave %d, and dropped %d times", v, g.Drops)
	}
	g = &tasktest.Valve{IsOpen: true}
	f = cancel.Until(c, g)
	edotest.RequireError(t, task, f, edo.ErrCancelled)
	edo.Drop(f)
	if g.Polls != 0 || g.Drops != 1 {
		t.Errorf("of a token that was cancelled: polled %d times, dropped %d times", g.Polls, g.Drops)
	}
	c = cancel.New()
	g = &tasktest.Valve{}
	f = cancel.Until(c, g)
	edotest.RequirePending(t, task, f)
	c.Cancel()
	edotest.RequireError(t, task, f, edo.ErrCancelled)
	if g.Drops != 1 {
		t.Errorf("dropped %d times", g.Drops)
	}
}

func TestSecondTaskThatWaitsUntilCancelledGetsABusyErrorAndTheFirstWaitsOn(t *testing.T) {
	for seed := range uint64(20) {
		err := sim.Run(seed, func(task *edo.Task) error {
			c, end := cancel.New(), cancel.New()
			h := edo.Go(task, func(task *edo.Task) error { return end.Cancelled(task) })
			f := cancel.Until[edo.Unit](c, h)
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

// The first poll may use up the budget. Then the task must be polled again.
func TestUntilCancelledWithLittleBudgetIsWoken(t *testing.T) {
	for budget := range 4 {
		task := edotest.NewTask()
		c := cancel.New()
		f := cancel.Until(c, edo.Future[int](&tasktest.Valve{}))
		task.EnterWithBudget(budget, func(cx *edo.Context) { f.Poll(cx) })
		c.Cancel()
		if task.Wakes() == 0 {
			t.Errorf("budget %d: a lost wake-up", budget)
		}
	}
}

func TestAnUntilThatHasEndedLeavesTheToken(t *testing.T) {
	task, c, g := edotest.NewTask(), cancel.New(), &tasktest.Valve{}
	f := cancel.Until(c, g)
	edotest.RequirePending(t, task, f)
	if n := c.Below(); n != 1 {
		t.Errorf("%d wait", n)
	}
	g.End(1, nil)
	edotest.RequireReady(t, task, f)
	if n := c.Below(); n != 0 {
		t.Errorf("%d have stayed", n)
	}
}
