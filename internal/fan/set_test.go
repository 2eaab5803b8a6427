package fan_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/sched"
)

func TestTheFirstPollPollsAllChildrenAndALaterOneTheWoken(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(4)
	g.requirePolled(t, task, 0, 1, 2, 3)
	edotest.RequireWoken(t, task, 0)
	g.requirePolled(t, task)
	g.members[2].waker.Wake()
	edotest.RequireWoken(t, task, 1)
	g.requirePolled(t, task, 2)
	g.requirePolled(t, task)
}

func TestWokenChildrenArePolledInTheOrderOfTheirWakesEachOnce(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(4)
	g.poll(task)
	for _, i := range []int{3, 0, 3, 2, 0} {
		g.members[i].waker.Wake()
	}
	edotest.RequireWoken(t, task, 1) // one wake for all of them
	g.requirePolled(t, task, 3, 0, 2)
}

func TestShuffleMakesEachOrderOfTheFirstTurnsAsLikely(t *testing.T) {
	const sets = 6000
	task, orders := edotest.NewTask(), map[string]int{}
	for range sets {
		g := newGroup(3)
		task.Enter(func(cx *edo.Context) { g.set.Shuffle((*sched.Context)(cx)) })
		order, _ := g.poll(task)
		orders[fmt.Sprint(order)]++
	}
	if len(orders) != 6 {
		t.Errorf("%d orders, want 6: %v", len(orders), orders)
	}
	for order, n := range orders {
		if n < sets/6-145 || n > sets/6+145 { // five standard deviations
			t.Errorf("%s was drawn %d times of %d", order, n, sets)
		}
	}
}

func TestShuffleGivesEachOfManyChildrenOneTurn(t *testing.T) {
	for _, n := range []int{0, 1, 2, 16, 17, 100} {
		task, g := edotest.NewTask(), newGroup(n)
		task.Enter(func(cx *edo.Context) {
			g.set.Shuffle((*sched.Context)(cx))
			g.set.Shuffle((*sched.Context)(cx)) // does nothing
		})
		order, _ := g.poll(task)
		slices.Sort(order)
		for i := range n {
			if len(order) != n || order[i] != i {
				t.Fatalf("of %d: polled %v", n, order)
			}
		}
	}
}

func TestAChildThatWakesItselfIsPolledOncePerPollAndWakesTheTask(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(2)
	g.members[0].poll = func(cx *sched.Context) fan.Outcome {
		cx.Task().Wake()
		cx.Task().WakeBy(cx)
		return fan.Pending
	}
	g.requirePolled(t, task, 0, 1)
	for range 3 {
		edotest.RequireWoken(t, task, 1)
		g.requirePolled(t, task, 0)
	}
}

func TestAChildThatIsWokenByThePollOfAnotherIsPolledByTheNextPoll(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(3)
	g.members[2].poll = func(*sched.Context) fan.Outcome {
		g.members[0].waker.Wake()
		return fan.Pending
	}
	g.requirePolled(t, task, 0, 1, 2)
	edotest.RequireWoken(t, task, 1)
	g.requirePolled(t, task, 0)
	edotest.RequireWoken(t, task, 0)
}

func TestTheSetIsOverWhenAllHaveEnded(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(2)
	g.members[0].poll = end
	g.requirePolled(t, task, 0, 1)
	if g.set.Remaining() != 1 || !g.set.Ended(0) || g.set.Ended(1) {
		t.Fatalf("%d children have not ended", g.set.Remaining())
	}
	g.members[1].poll = end
	g.members[1].waker.Wake()
	if got, over := g.poll(task); !over || !slices.Equal(got, []int{1}) {
		t.Fatalf("polled %v, over: %v", got, over)
	}
	if got, over := g.poll(task); !over || got != nil {
		t.Fatalf("polled %v after the end, over: %v", got, over)
	}
}

func TestASetWithoutChildrenIsOver(t *testing.T) {
	if _, over := newGroup(0).poll(edotest.NewTask()); !over {
		t.Fatal("the set waits")
	}
}

func TestLastEndsTheSetWithoutPollingTheOtherChildren(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(3)
	g.members[1].poll = func(*sched.Context) fan.Outcome { return fan.Last }
	if got, over := g.poll(task); !over || !slices.Equal(got, []int{0, 1}) {
		t.Fatalf("polled %v, over: %v", got, over)
	}
}

func TestWakesOfEndedAndDroppedChildrenDoNothing(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(3)
	g.members[0].poll = end
	g.members[1].poll = func(cx *sched.Context) fan.Outcome {
		cx.Task().Wake() // and the child ends
		return fan.Ended
	}
	g.requirePolled(t, task, 0, 1, 2)
	g.members[0].waker.Wake()
	g.members[1].waker.Wake()
	edotest.RequireWoken(t, task, 0)
	g.requirePolled(t, task)
	g.set.Drop()
	g.set.Drop()
	g.members[2].waker.Wake()
	edotest.RequireWoken(t, task, 0)
	if got, over := g.poll(task); !over || got != nil {
		t.Fatalf("polled %v after Drop, over: %v", got, over)
	}
}

func TestDropOfASetWithAWokenChildIsHarmless(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(2)
	g.poll(task)
	g.members[0].waker.Wake()
	edotest.RequireWoken(t, task, 1)
	g.set.Drop()
	if got, over := g.poll(task); !over || got != nil {
		t.Fatalf("polled %v, over: %v", got, over)
	}
}

func TestOnlyTheTaskThatPolledLastIsWoken(t *testing.T) {
	first, second, g := edotest.NewTask(), edotest.NewTask(), newGroup(2)
	g.poll(first)
	g.poll(second) // polls no child, and becomes the task to wake
	g.members[0].waker.Wake()
	edotest.RequireWoken(t, first, 0)
	edotest.RequireWoken(t, second, 1)
}

func TestChildrenKeepTheirTurnsWhenTheBudgetIsUsedUp(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(10)
	for i := range g.members {
		g.members[i].poll = func(cx *sched.Context) fan.Outcome { // always ready
			if cx.TakeBudget() {
				cx.Task().Wake()
			} else {
				cx.Defer(nil)
			}
			return fan.Pending
		}
	}
	for round := range 20 {
		got, _ := g.pollWith(task, 3)
		edotest.RequireWoken(t, task, 1)
		first := round * 3 % 10
		want := []int{first, (first + 1) % 10, (first + 2) % 10}
		if !slices.Equal(got, want) {
			t.Fatalf("round %d: polled %v, want %v", round, got, want)
		}
	}
}

func TestOneChildIsPolledEvenWithoutBudget(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(3)
	for i := range 3 {
		if got, _ := g.pollWith(task, 0); !slices.Equal(got, []int{i}) {
			t.Fatalf("polled %v", got)
		}
		edotest.RequireWoken(t, task, min(2-i, 1)) // while other children have turns
	}
}

func TestAThousandChildrenThatAreAlwaysReadyAreAllPolled(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(1000)
	for i := range g.members {
		g.members[i].poll = func(cx *sched.Context) fan.Outcome {
			if cx.TakeBudget() {
				cx.Task().Wake()
			} else {
				cx.Yield()
			}
			return fan.Pending
		}
	}
	const rounds = 80
	for range rounds {
		g.poll(task)
		edotest.RequireWoken(t, task, 1)
	}
	for i := range g.members {
		polls := g.members[i].polls
		if n := rounds * sched.Budget / 1000; polls < n || polls > n+1 {
			t.Fatalf("child %d was polled %d times, want %d", i, polls, n)
		}
	}
}

func TestAPanicRestoresTheWakerAndTheOtherChildrenKeepTheirTurns(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(3)
	g.members[1].poll = func(*sched.Context) fan.Outcome { panic("test") }
	func() {
		defer func() {
			if recover() != "test" {
				t.Fatal("no panic, or a different one")
			}
		}()
		g.poll(task)
	}()
	edotest.RequireWoken(t, task, 1)
	g.members[1].poll = wait
	g.requirePolled(t, task, 2, 1)
	edotest.RequireWoken(t, task, 0)
}

func TestASetInsideAChildWakesOnlyThatChild(t *testing.T) {
	task, outer := edotest.NewTask(), newGroup(3)
	inner := outer.nest(1, 3)
	innermost := inner.nest(2, 2)
	outer.requirePolled(t, task, 0, 1, 2)
	inner.order, innermost.order = nil, nil

	innermost.members[1].waker.Wake()
	edotest.RequireWoken(t, task, 1)
	outer.requirePolled(t, task, 1)
	if !slices.Equal(inner.order, []int{2}) || !slices.Equal(innermost.order, []int{1}) {
		t.Fatalf("the inner sets polled %v and %v", inner.order, innermost.order)
	}
	edotest.RequireWoken(t, task, 0)
	for i := range innermost.members {
		innermost.members[i].poll = end
		innermost.members[i].waker.Wake()
	}
	outer.requirePolled(t, task, 1)
	if inner.set.Remaining() != 2 {
		t.Fatalf("%d inner children have not ended", inner.set.Remaining())
	}
}

func TestAnInnerSetThatUsesUpTheBudgetWakesTheTask(t *testing.T) {
	task, outer := edotest.NewTask(), newGroup(2)
	inner := outer.nest(0, 5)
	for i := range inner.members {
		inner.members[i].poll = func(cx *sched.Context) fan.Outcome {
			if !cx.TakeBudget() {
				cx.Defer(nil)
				return fan.Pending
			}
			return fan.Ended
		}
	}
	outer.members[1].poll = end
	for rounds := 0; ; rounds++ {
		_, over := outer.pollWith(task, 2)
		if over {
			if rounds < 2 {
				t.Fatalf("over after %d rounds", rounds)
			}
			return
		}
		edotest.RequireWoken(t, task, 1)
	}
}

func TestAnInspectionPollsAllWaitingChildrenAndChangesNothing(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(4)
	inner := g.nest(1, 2)
	g.members[3].poll = end
	if got := g.inspect(task); got != nil {
		t.Fatalf("an inspection began children %v", got)
	}
	g.poll(task)
	g.members[2].waker.Wake()
	edotest.RequireWoken(t, task, 1)
	waker := g.members[0].waker
	inner.order = nil
	if got := g.inspect(task); !slices.Equal(got, []int{0, 1, 2}) || !slices.Equal(inner.order, []int{0, 1}) {
		t.Fatalf("polled %v, and inner children %v", got, inner.order)
	}
	if g.members[0].waker != waker {
		t.Fatal("an inspection gave a child another waker")
	}
	edotest.RequireWoken(t, task, 0)
	g.requirePolled(t, task, 2)
	g.members[0].waker.Wake()
	edotest.RequireWoken(t, task, 1)
	g.requirePolled(t, task, 0)
}

func TestAWakeDuringAnInspectionIsNotLost(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(2)
	g.poll(task)
	g.members[0].poll = func(cx *sched.Context) fan.Outcome {
		g.members[0].waker.Wake()
		g.members[1].waker.Wake()
		return fan.Pending
	}
	g.inspect(task)
	g.members[0].poll = wait
	edotest.RequireWoken(t, task, 1)
	g.requirePolled(t, task, 0, 1)
}

func TestAChildThatEndsInAnInspectionWakesTheTask(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(1)
	g.poll(task)
	g.members[0].poll = end
	g.inspect(task)
	edotest.RequireWoken(t, task, 1)
	if got, over := g.poll(task); !over || got != nil {
		t.Fatalf("polled %v, over: %v", got, over)
	}
}

func TestAWokenChildThatEndsInAnInspectionIsNotPolledAgain(t *testing.T) {
	task, g := edotest.NewTask(), newGroup(2)
	g.poll(task)
	g.members[0].waker.Wake()
	g.members[0].poll = end
	g.inspect(task)
	g.requirePolled(t, task)
}

func TestPollAllAlsoPollsChildrenThatWereNotWokenAndLosesNoWake(t *testing.T) {
	for _, begun := range []bool{false, true} {
		task, g := edotest.NewTask(), newGroup(3)
		if begun {
			g.poll(task)
			g.members[1].waker.Wake()
			edotest.RequireWoken(t, task, 1)
		}
		for range 3 {
			if got, over := g.pollAll(task); over || !slices.Equal(got, []int{0, 1, 2}) {
				t.Fatalf("polled %v, over: %v", got, over)
			}
			edotest.RequireWoken(t, task, 0)
			g.members[1].waker.Wake()
			edotest.RequireWoken(t, task, 1)
		}
		g.members[0].poll = func(cx *sched.Context) fan.Outcome {
			cx.Task().Wake()
			return fan.Ended
		}
		g.pollAll(task)
		edotest.RequireWoken(t, task, 1)
		g.pollAll(task)
		g.members[0].waker.Wake() // the child has ended
		edotest.RequireWoken(t, task, 0)
		g.members[0].poll = nil
		g.members[1].poll, g.members[2].poll = end, end
		if got, over := g.pollAll(task); !over || !slices.Equal(got, []int{1, 2}) {
			t.Fatalf("polled %v, over: %v", got, over)
		}
	}
}
