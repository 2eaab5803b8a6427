package fan_test

import (
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/sched"
)

// group owns children whose polls do what a function says.
type group struct {
	set     fan.Set
	members []member
	order   []int // the children that were polled, in that order
}

type member struct {
	fan.Child
	waker *sched.Task
	polls int
	poll  func(cx *sched.Context) fan.Outcome
}

func (g *group) Child(i int) *fan.Child { return &g.members[i].Child }

func (g *group) PollChild(cx *sched.Context, i int) fan.Outcome {
	m := &g.members[i]
	m.polls++
	g.order = append(g.order, i)
	m.waker = cx.Task()
	return m.poll(cx)
}

func wait(*sched.Context) fan.Outcome { return fan.Pending }
func end(*sched.Context) fan.Outcome  { return fan.Ended }

// newGroup returns a group of n members that wait.
func newGroup(n int) *group {
	g := &group{members: make([]member, n)}
	for i := range g.members {
		g.members[i].poll = wait
	}
	g.set.Init(g, n)
	return g
}

// poll polls the set and returns which members it polled.
func (g *group) poll(t *edotest.Task) (order []int, over bool) {
	return g.pollWith(t, sched.Budget)
}

func (g *group) pollWith(t *edotest.Task, budget int) (order []int, over bool) {
	g.order = nil
	t.EnterWithBudget(budget, func(cx *edo.Context) {
		in := (*sched.Context)(cx)
		before := in.Task()
		defer func() {
			if in.Task() != before {
				panic("the waker is not the task's again")
			}
		}()
		over = g.set.Poll(in)
	})
	return g.order, over
}

// requirePolled polls the set, and requires that this polls the members want, and leaves
// others waiting.
func (g *group) requirePolled(t *testing.T, task *edotest.Task, want ...int) {
	t.Helper()
	if got, over := g.poll(task); over || !slices.Equal(got, want) {
		t.Fatalf("polled %v, over: %v; want %v", got, over, want)
	}
}

// nest makes member i of g the set of another group, of n members.
func (g *group) nest(i, n int) *group {
	inner := newGroup(n)
	g.members[i].poll = func(cx *sched.Context) fan.Outcome {
		if inner.set.Poll(cx) {
			return fan.Ended
		}
		return fan.Pending
	}
	return inner
}

// inspect polls the set as a report does, and returns which members it polled.
func (g *group) inspect(t *edotest.Task) []int {
	g.order = nil
	t.Inspect(func(cx *edo.Context) {
		if g.set.Poll((*sched.Context)(cx)) {
			panic("an inspection is never over")
		}
	})
	return g.order
}

func (g *group) pollAll(task *edotest.Task) (order []int, over bool) {
	g.order = nil
	task.Enter(func(cx *edo.Context) { over = g.set.PollAll((*sched.Context)(cx)) })
	return g.order, over
}

// pollForBenchmark is poll without an allocation.
func (g *group) pollForBenchmark(t *edotest.Task) {
	g.order = g.order[:0]
	t.Enter(func(cx *edo.Context) { g.set.Poll((*sched.Context)(cx)) })
}
