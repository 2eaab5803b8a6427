package fan_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/sched"
)

func TestAllArePolledAtFirstAndThenThoseThatWereWoken(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(4)
	f.require(t, task, 0, 1, 2, 3)
	edotest.RequireWoken(t, task, 0)
	f.require(t, task)
	f.kids[2].waker.Wake()
	edotest.RequireWoken(t, task, 1)
	f.require(t, task, 2)
	f.require(t, task)
}

func TestTheWokenArePolledInTheOrderOfTheirWakesEachOnce(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(4)
	f.poll(task)
	for _, i := range []int{3, 0, 3, 2, 0} {
		f.kids[i].waker.Wake()
	}
	edotest.RequireWoken(t, task, 1) // one is enough for all
	f.require(t, task, 3, 0, 2)
}

func TestShuffleMakesEachOrderOfTheFirstTurnsAsLikely(t *testing.T) {
	const sets = 6000
	task, orders := edotest.NewTask(), map[string]int{}
	for range sets {
		f := newFamily(3)
		task.Enter(func(cx *edo.Context) { f.set.Shuffle(cx.Internal(internal.Key{})) })
		order, _ := f.poll(task)
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
		task, f := edotest.NewTask(), newFamily(n)
		task.Enter(func(cx *edo.Context) {
			f.set.Shuffle(cx.Internal(internal.Key{}))
			f.set.Shuffle(cx.Internal(internal.Key{})) // does nothing
		})
		order, _ := f.poll(task)
		slices.Sort(order)
		for i := range n {
			if len(order) != n || order[i] != i {
				t.Fatalf("of %d: polled %v", n, order)
			}
		}
	}
}

func TestAChildThatWakesItselfIsPolledOncePerPollAndTheTaskComesBack(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(2)
	f.kids[0].poll = func(cx *sched.Context) fan.Outcome {
		cx.Task().Wake()
		cx.Task().WakeBy(cx)
		return fan.Pending
	}
	f.require(t, task, 0, 1)
	for range 3 {
		edotest.RequireWoken(t, task, 1)
		f.require(t, task, 0)
	}
}

func TestAChildThatWakesAnotherInItsPollHasItPolledNextTime(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(3)
	f.kids[2].poll = func(*sched.Context) fan.Outcome {
		f.kids[0].waker.Wake()
		return fan.Pending
	}
	f.require(t, task, 0, 1, 2)
	edotest.RequireWoken(t, task, 1)
	f.require(t, task, 0)
	edotest.RequireWoken(t, task, 0)
}

func TestTheSetIsOverWhenAllHaveEnded(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(2)
	f.kids[0].poll = end
	f.require(t, task, 0, 1)
	if f.set.Left() != 1 || !f.set.Ended(0) || f.set.Ended(1) {
		t.Fatalf("%d are left", f.set.Left())
	}
	f.kids[1].poll = end
	f.kids[1].waker.Wake()
	if got, over := f.poll(task); !over || !slices.Equal(got, []int{1}) {
		t.Fatalf("polled %v, over: %v", got, over)
	}
	if got, over := f.poll(task); !over || got != nil {
		t.Fatalf("polled %v after the end, over: %v", got, over)
	}
}

func TestASetOfNoneIsOver(t *testing.T) {
	if _, over := newFamily(0).poll(edotest.NewTask()); !over {
		t.Fatal("it waits")
	}
}

func TestTheLastEndsTheSetWithoutPollingTheRest(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(3)
	f.kids[1].poll = func(*sched.Context) fan.Outcome { return fan.Last }
	if got, over := f.poll(task); !over || !slices.Equal(got, []int{0, 1}) {
		t.Fatalf("polled %v, over: %v", got, over)
	}
}

func TestWakesOfTheEndedAndTheDroppedDoNothing(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(3)
	f.kids[0].poll = end
	f.kids[1].poll = func(cx *sched.Context) fan.Outcome {
		cx.Task().Wake() // and ends
		return fan.Ended
	}
	f.require(t, task, 0, 1, 2)
	f.kids[0].waker.Wake()
	f.kids[1].waker.Wake()
	edotest.RequireWoken(t, task, 0)
	f.require(t, task)
	f.set.Drop()
	f.set.Drop()
	f.kids[2].waker.Wake()
	edotest.RequireWoken(t, task, 0)
	if got, over := f.poll(task); !over || got != nil {
		t.Fatalf("polled %v after the drop, over: %v", got, over)
	}
}

func TestDropOfAChildThatWasWokenIsHarmless(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(2)
	f.poll(task)
	f.kids[0].waker.Wake()
	edotest.RequireWoken(t, task, 1)
	f.set.Drop()
	if got, over := f.poll(task); !over || got != nil {
		t.Fatalf("polled %v, over: %v", got, over)
	}
}

func TestOnlyTheTaskThatPolledLastIsWoken(t *testing.T) {
	first, second, f := edotest.NewTask(), edotest.NewTask(), newFamily(2)
	f.poll(first)
	f.poll(second) // polls none, and takes over
	f.kids[0].waker.Wake()
	edotest.RequireWoken(t, first, 0)
	edotest.RequireWoken(t, second, 1)
}

func TestWhenTheBudgetIsUsedUpTheRestKeepTheirTurns(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(10)
	for i := range f.kids {
		f.kids[i].poll = func(cx *sched.Context) fan.Outcome { // always ready for more
			if cx.Take() {
				cx.Task().Wake()
			} else {
				cx.Defer(nil)
			}
			return fan.Pending
		}
	}
	for round := range 20 {
		got, _ := f.pollWith(task, 3)
		edotest.RequireWoken(t, task, 1)
		first := round * 3 % 10
		want := []int{first, (first + 1) % 10, (first + 2) % 10}
		if !slices.Equal(got, want) {
			t.Fatalf("round %d: polled %v, want %v", round, got, want)
		}
	}
}

func TestOneHasItsTurnAlsoWithoutAnyBudget(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(3)
	for i := range 3 {
		if got, _ := f.pollWith(task, 0); !slices.Equal(got, []int{i}) {
			t.Fatalf("polled %v", got)
		}
		edotest.RequireWoken(t, task, min(2-i, 1)) // as long as there are others
	}
}

func TestAThousandThatAreAlwaysReadyAllHaveTheirTurns(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(1000)
	for i := range f.kids {
		f.kids[i].poll = func(cx *sched.Context) fan.Outcome {
			if cx.Take() {
				cx.Task().Wake()
			} else {
				cx.Yield()
			}
			return fan.Pending
		}
	}
	const rounds = 80
	for range rounds {
		f.poll(task)
		edotest.RequireWoken(t, task, 1)
	}
	for i := range f.kids {
		polls := f.kids[i].polls
		if n := rounds * sched.Budget / 1000; polls < n || polls > n+1 {
			t.Fatalf("child %d was polled %d times, want %d", i, polls, n)
		}
	}
}

func TestAPanicLeavesTheWakerAsItWasAndTheOthersTheirTurns(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(3)
	f.kids[1].poll = func(*sched.Context) fan.Outcome { panic("test") }
	func() {
		defer func() {
			if recover() != "test" {
				t.Fatal("no panic, or another one")
			}
		}()
		f.poll(task)
	}()
	edotest.RequireWoken(t, task, 1)
	f.kids[1].poll = wait
	f.require(t, task, 2, 1)
	edotest.RequireWoken(t, task, 0)
}

func TestASetInsideAChildWakesThatChildAlone(t *testing.T) {
	task, outer := edotest.NewTask(), newFamily(3)
	inner := outer.nest(1, 3)
	innermost := inner.nest(2, 2)
	outer.require(t, task, 0, 1, 2)
	inner.order, innermost.order = nil, nil

	innermost.kids[1].waker.Wake()
	edotest.RequireWoken(t, task, 1)
	outer.require(t, task, 1)
	if !slices.Equal(inner.order, []int{2}) || !slices.Equal(innermost.order, []int{1}) {
		t.Fatalf("inside, %v and %v were polled", inner.order, innermost.order)
	}
	edotest.RequireWoken(t, task, 0)
	for i := range innermost.kids {
		innermost.kids[i].poll = end
		innermost.kids[i].waker.Wake()
	}
	outer.require(t, task, 1)
	if inner.set.Left() != 2 {
		t.Fatalf("%d are left", inner.set.Left())
	}
}

func TestAChildWithoutBudgetInsideAnotherSetBringsTheTaskBack(t *testing.T) {
	task, outer := edotest.NewTask(), newFamily(2)
	inner := outer.nest(0, 5)
	for i := range inner.kids {
		inner.kids[i].poll = func(cx *sched.Context) fan.Outcome {
			if !cx.Take() {
				cx.Defer(nil)
				return fan.Pending
			}
			return fan.Ended
		}
	}
	outer.kids[1].poll = end
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

func TestAnInspectionPollsAllThatWaitAndChangesNothing(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(4)
	inner := f.nest(1, 2)
	f.kids[3].poll = end
	if got := f.inspect(task); got != nil {
		t.Fatalf("%v have begun in an inspection", got)
	}
	f.poll(task)
	f.kids[2].waker.Wake()
	edotest.RequireWoken(t, task, 1)
	own := f.kids[0].waker
	inner.order = nil
	if got := f.inspect(task); !slices.Equal(got, []int{0, 1, 2}) || !slices.Equal(inner.order, []int{0, 1}) {
		t.Fatalf("polled %v, and inside %v", got, inner.order)
	}
	if f.kids[0].waker != own {
		t.Fatal("an inspection gave a child another waker")
	}
	edotest.RequireWoken(t, task, 0)
	f.require(t, task, 2)
	f.kids[0].waker.Wake()
	edotest.RequireWoken(t, task, 1)
	f.require(t, task, 0)
}

func TestAWakeDuringAnInspectionIsNotLost(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(2)
	f.poll(task)
	f.kids[0].poll = func(cx *sched.Context) fan.Outcome {
		f.kids[0].waker.Wake()
		f.kids[1].waker.Wake()
		return fan.Pending
	}
	f.inspect(task)
	f.kids[0].poll = wait
	edotest.RequireWoken(t, task, 1)
	f.require(t, task, 0, 1)
}

func TestAChildThatEndsInAnInspectionBringsTheTaskBack(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(1)
	f.poll(task)
	f.kids[0].poll = end
	f.inspect(task)
	edotest.RequireWoken(t, task, 1)
	if got, over := f.poll(task); !over || got != nil {
		t.Fatalf("polled %v, over: %v", got, over)
	}
}

func TestAChildThatWasWokenAndEndsInAnInspectionIsNotPolledAgain(t *testing.T) {
	task, f := edotest.NewTask(), newFamily(2)
	f.poll(task)
	f.kids[0].waker.Wake()
	f.kids[0].poll = end
	f.inspect(task)
	f.require(t, task)
}

func TestPollAllPollsThoseThatWereNotWokenTooAndLosesNoWake(t *testing.T) {
	for _, begun := range []bool{false, true} {
		task, f := edotest.NewTask(), newFamily(3)
		if begun {
			f.poll(task)
			f.kids[1].waker.Wake()
			edotest.RequireWoken(t, task, 1)
		}
		for range 3 {
			if got, over := f.pollAll(task); over || !slices.Equal(got, []int{0, 1, 2}) {
				t.Fatalf("polled %v, over: %v", got, over)
			}
			edotest.RequireWoken(t, task, 0)
			f.kids[1].waker.Wake()
			edotest.RequireWoken(t, task, 1)
		}
		f.kids[0].poll = func(cx *sched.Context) fan.Outcome {
			cx.Task().Wake()
			return fan.Ended
		}
		f.pollAll(task)
		edotest.RequireWoken(t, task, 1)
		f.pollAll(task)
		f.kids[0].waker.Wake() // it has ended
		edotest.RequireWoken(t, task, 0)
		f.kids[0].poll = nil
		f.kids[1].poll, f.kids[2].poll = end, end
		if got, over := f.pollAll(task); !over || !slices.Equal(got, []int{1, 2}) {
			t.Fatalf("polled %v, over: %v", got, over)
		}
	}
}
