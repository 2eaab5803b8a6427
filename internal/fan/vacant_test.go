package fan_test

import (
	"slices"
	"testing"

	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/sched"
)

func again(*sched.Context) fan.Outcome  { return fan.Again }
func vacant(*sched.Context) fan.Outcome { return fan.Vacant }

func TestAChildThatHasGivenSomethingEndsThePollAndIsBehindTheOthers(t *testing.T) {
	g, task := newGroup(3), edotest.NewTask()
	for i := range g.members {
		g.members[i].poll = again
	}
	for i := range 7 {
		g.requirePolled(t, task, i%3)
	}
	edotest.RequireWoken(t, task, 0)
}

func TestAVacantChildIsNotPolledBeforeItBeginsAndItsWakesDoNothing(t *testing.T) {
	g, task := newGroup(2), edotest.NewTask()
	g.members[0].poll = vacant
	g.requirePolled(t, task, 0, 1)
	waker := g.members[0].waker
	waker.Wake()
	edotest.RequireWoken(t, task, 0)
	g.requirePolled(t, task)
	if order := g.inspect(task); !slices.Equal(order, []int{1}) {
		t.Fatalf("inspected %v", order)
	}

	g.members[0].poll = wait
	g.set.Begin(0)
	g.requirePolled(t, task, 0)
	waker.Wake()
	edotest.RequireWoken(t, task, 1)
	g.requirePolled(t, task, 0)
}

func TestASetGrowsByVacantChildren(t *testing.T) {
	g, task := &group{members: make([]member, 4)}, edotest.NewTask() // members do not move
	for i := range g.members {
		g.members[i].poll = wait
	}
	g.set.InitVacant(g, 1)
	g.requirePolled(t, task)
	g.set.Begin(0)
	g.requirePolled(t, task, 0)
	for i := 1; i < 4; i++ {
		if got := g.set.Add(); got != i {
			t.Fatalf("the new child has number %d, want %d", got, i)
		}
	}
	g.requirePolled(t, task)
	g.set.Begin(2)
	g.set.WakeParent()
	edotest.RequireWoken(t, task, 1)
	g.requirePolled(t, task, 2)
	g.set.WakeChild(0)
	edotest.RequireWoken(t, task, 1)
	g.requirePolled(t, task, 0)
	g.set.Drop()
	g.set.WakeChild(2)
	g.set.WakeParent()
	edotest.RequireWoken(t, task, 0)
}

func TestAChildThatBeginsHasItsTurnBehindThoseThatWereWokenBefore(t *testing.T) {
	g, task := newGroup(3), edotest.NewTask()
	g.members[1].poll = vacant
	g.requirePolled(t, task, 0, 1, 2)

	g.members[1].poll = wait
	g.members[2].waker.Wake()
	g.set.Begin(1)
	g.members[0].waker.Wake()
	g.requirePolled(t, task, 2, 1, 0)
}
