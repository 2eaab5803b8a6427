package edotest

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// Inspect calls poll with a context of t, as a report does that asks what t waits for,
// and returns the answers of the leaves that poll polls. Each leaf is pending, and does
// nothing.
func (t *Task) Inspect(poll func(cx *edo.Context)) []edo.Wait {
	cx, waits := inspection(t.cx)
	var all []edo.Wait
	t.enterWith(cx, func(cx *edo.Context) {
		poll(cx)
		all = waits()
	})
	return all
}

// inspection returns a context for an inspection of a task, and a function that returns the
// answers of the leaves that were polled with it.
func inspection(of *sched.Context) (cx *sched.Context, waits func() []edo.Wait) {
	var leaves []edo.Leaf
	cx = sched.NewInspection(of.Runtime(), of.Task(), func(leaf any) {
		if l, ok := leaf.(edo.Leaf); ok {
			leaves = append(leaves, l)
		}
	})
	return cx, func() (all []edo.Wait) {
		for _, l := range leaves {
			all = append(all, l.Waits((*edo.Context)(cx)))
		}
		return all
	}
}

// Waits returns what t waits for in f: see [Task.Inspect].
func Waits[T any](t *Task, f edo.Future[T]) []edo.Wait {
	return t.Inspect(func(cx *edo.Context) { f.Poll(cx) })
}

// WaitsNext returns what t waits for in s: see [Task.Inspect].
func WaitsNext[T any](t *Task, s edo.Stream[T]) []edo.Wait {
	return t.Inspect(func(cx *edo.Context) { s.PollNext(cx) })
}

// WaitsIn polls once in task, which is a task of a runtime, and so has a clock and a
// network; and then it inspects, as [Task.Inspect] does. The error says why it could not
// poll, or that the poll was not pending.
func WaitsIn(task *edo.Task, poll func(cx *edo.Context) edo.Poll) ([]edo.Wait, error) {
	return edo.Await(task, edo.Future[[]edo.Wait](inspected(poll)))
}

// inspected is a future of the answers of the leaves that its poll waits for.
type inspected func(cx *edo.Context) edo.Poll

func (poll inspected) Poll(cx *edo.Context) ([]edo.Wait, edo.Poll, error) {
	sc := (*sched.Context)(cx)
	sc.SetBudget(sched.Budget) // the poll must not be pending for lack of budget
	if p := poll(cx); p != edo.Pending {
		return nil, edo.Ready, fmt.Errorf("edotest: nothing to wait for: the poll was %v", p)
	}
	in, waits := inspection(sc)
	poll((*edo.Context)(in))
	return waits(), edo.Ready, nil
}
