package fan_test

import (
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/sched"
)

// family owns children that do what a function says.
type family struct {
	set   fan.Set
	kids  []kid
	order []int // who was polled, in the order
}

type kid struct {
	fan.Child
	waker *sched.Task
	polls int
	poll  func(cx *sched.Context) fan.Outcome
}

func (f *family) Child(i int) *fan.Child { return &f.kids[i].Child }

func (f *family) PollChild(cx *sched.Context, i int) fan.Outcome {
	k := &f.kids[i]
	k.polls++
	f.order = append(f.order, i)
	k.waker = cx.Task()
	return k.poll(cx)
}

func wait(*sched.Context) fan.Outcome { return fan.Pending }
func end(*sched.Context) fan.Outcome  { return fan.Ended }

// newFamily returns a family of n that wait.
func newFamily(n int) *family {
	f := &family{kids: make([]kid, n)}
	for i := range f.kids {
		f.kids[i].poll = wait
	}
	f.set.Init(f, n)
	return f
}

// poll polls the set and returns who was polled.
func (f *family) poll(t *edotest.Task) (order []int, over bool) {
	return f.pollWith(t, sched.Budget)
}

func (f *family) pollWith(t *edotest.Task, budget int) (order []int, over bool) {
	f.order = nil
	t.EnterWithBudget(budget, func(cx *edo.Context) {
		in := cx.Internal(internal.Key{})
		before := in.Task()
		defer func() {
			if in.Task() != before {
				panic("the waker is not the task's again")
			}
		}()
		over = f.set.Poll(in)
	})
	return f.order, over
}

func (f *family) require(t *testing.T, task *edotest.Task, want ...int) {
	t.Helper()
	if got, over := f.poll(task); over || !slices.Equal(got, want) {
		t.Fatalf("polled %v, over: %v; want %v", got, over, want)
	}
}

// nested makes child i of f the set of another family.
func (f *family) nest(i, n int) *family {
	inner := newFamily(n)
	f.kids[i].poll = func(cx *sched.Context) fan.Outcome {
		if inner.set.Poll(cx) {
			return fan.Ended
		}
		return fan.Pending
	}
	return inner
}

// inspect polls the set as a report does.
func (f *family) inspect(t *edotest.Task) []int {
	f.order = nil
	t.Inspect(func(cx *edo.Context) {
		if f.set.Poll(cx.Internal(internal.Key{})) {
			panic("an inspection is never over")
		}
	})
	return f.order
}

func (f *family) pollAll(task *edotest.Task) (order []int, over bool) {
	f.order = nil
	task.Enter(func(cx *edo.Context) { over = f.set.PollAll(cx.Internal(internal.Key{})) })
	return f.order, over
}

func (f *family) pollQuick(t *edotest.Task) {
	f.order = f.order[:0]
	t.Enter(func(cx *edo.Context) { f.set.Poll(cx.Internal(internal.Key{})) })
}
