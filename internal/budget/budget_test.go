package budget_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/budget"
)

// turns takes turns until the budget is used up, each with own operations that call
// Proceed themselves, and returns how many.
func turns(cx *edo.Context, own int) (n int) {
	for n < 1000 {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			break
		}
		for range own {
			cx.Proceed(nil)
		}
		turn.End(cx)
		n++
	}
	return n
}

func TestATurnTakesOneOperationUnlessTheSourceHasTakenSome(t *testing.T) {
	for _, c := range []struct{ own, want int }{{0, 128}, {1, 128}, {2, 64}, {4, 32}} {
		task := edotest.NewTask()
		task.Enter(func(cx *edo.Context) {
			if got := turns(cx, c.own); got != c.want {
				t.Errorf("%d turns, want %d", got, c.want)
			}
		})
		edotest.RequireWoken(t, task, 1) // the task has yielded
	}
}

func TestAnInspectionGoesOnAndTakesNothing(t *testing.T) {
	task := edotest.NewTask()
	task.Inspect(func(cx *edo.Context) {
		for range 3 {
			turn := budget.Begin(cx)
			if turn.GivesWay(cx) {
				t.Fatal("an inspection gives way")
			}
			turn.End(cx)
		}
	})
	edotest.RequireWoken(t, task, 0)
}
