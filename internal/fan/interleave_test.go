package fan_test

import (
	"testing"

	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/invariant/interleave"
	"github.com/edo-go/edo/internal/sched"
)

// All interleavings of wakes with polls of the set:
//
//	go test -tags invariants -run Interleaved ./internal/fan

// parent is a task that polls a set on a thread of the exploration. A lost wake leaves it
// asleep for ever, and the explorer reports a deadlock.
type parent struct {
	task  sched.Task
	cx    *sched.Context
	awake bool
}

func newParent() *parent {
	p := &parent{}
	p.task.InitExternal(p)
	p.cx = sched.NewContext(nil, &p.task)
	return p
}

func (p *parent) Poll(*sched.Context) bool { panic("not polled so") }
func (p *parent) Fail(any, []byte)         { panic("not polled so") }
func (p *parent) Unpark()                  { p.awake = true }

// drive calls poll after each wake, until it reports that the set is over.
func (p *parent) drive(poll func(cx *sched.Context) (over bool)) {
	for {
		p.cx.SetBudget(sched.Budget)
		if poll(p.cx) {
			return
		}
		if p.task.Suspend() {
			for !p.awake {
				invariant.Step("spin: asleep")
			}
			p.awake = false
			p.task.Resume()
		}
	}
}

// counters are children that each end when their count has reached a limit.
type counters struct {
	*group
	counts []int
}

func newCounters(limits ...int) *counters {
	c := &counters{newGroup(len(limits)), make([]int, len(limits))}
	for i := range limits {
		c.members[i].poll = func(*sched.Context) fan.Outcome {
			if c.counts[i] == limits[i] {
				return fan.Ended
			}
			return fan.Pending
		}
	}
	return c
}

// pollFirst gives every child its first poll, in p, and puts p to sleep.
func (c *counters) pollFirst(p *parent) {
	p.cx.SetBudget(sched.Budget)
	c.set.Poll(p.cx)
	p.task.Suspend()
}

// increment counts one more for child i, and wakes it.
func (c *counters) increment(i int) {
	c.counts[i]++
	c.members[i].waker.Wake()
}

// checkAll requires that all children have ended, and that none was polled without a wake.
func (c *counters) checkAll(t *testing.T) func() {
	return func() {
		c.requireEnded(t)
		for i := range c.members {
			if polls := c.members[i].polls; polls > 1+c.counts[i] {
				t.Errorf("child %d was polled %d times for %d wakes", i, polls, c.counts[i])
			}
		}
	}
}

func (c *counters) requireEnded(t *testing.T) {
	if n := c.set.Remaining(); n != 0 {
		t.Errorf("%d children have not ended", n)
	}
}

func TestInterleavedWakesOfTwoChildrenAreBothSeen(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		p, c := newParent(), newCounters(1, 1)
		c.pollFirst(p)
		p.task.Enter()
		return []func(){
			func() { p.drive(c.set.Poll) },
			func() { c.increment(0) },
			func() { c.increment(1) },
		}, c.checkAll(t)
	})
}

func TestInterleavedWakesOfOneChildAreSeen(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		p, c := newParent(), newCounters(2)
		c.pollFirst(p)
		p.task.Enter()
		return []func(){
			func() { p.drive(c.set.Poll) },
			func() { c.increment(0) },
			func() { c.increment(0) },
		}, c.checkAll(t)
	})
}

func TestInterleavedWakesInsideTwoSetsAreSeen(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		p, inner := newParent(), newCounters(1, 1)
		outer := newGroup(1)
		outer.members[0].poll = func(cx *sched.Context) fan.Outcome {
			if inner.set.Poll(cx) {
				return fan.Ended
			}
			return fan.Pending
		}
		p.cx.SetBudget(sched.Budget)
		outer.set.Poll(p.cx)
		return []func(){
			func() { p.drive(outer.set.Poll) },
			func() { inner.increment(0) },
			func() { inner.increment(1) },
		}, inner.checkAll(t)
	})
}

// The set moves from one task to another: the task that polled it last is woken.
func TestInterleavedWakesReachTheTaskThatPolledLast(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		p, q, c := newParent(), newParent(), newCounters(1, 1)
		c.pollFirst(p)
		return []func(){
			func() { q.drive(c.set.Poll) },
			func() { c.increment(0) },
			func() { c.increment(1) },
		}, c.checkAll(t)
	})
}

func TestInterleavedWakesAndPollAllAreSeen(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		p, c := newParent(), newCounters(1, 1)
		c.pollFirst(p)
		p.task.Enter()
		return []func(){
			func() { p.drive(c.set.PollAll) },
			func() { c.increment(0) },
			func() { c.increment(1) },
		}, func() { c.requireEnded(t) }
	})
}

func TestInterleavedWakesOfOneChildAndPollAllAreSeen(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		p, c := newParent(), newCounters(3)
		c.pollFirst(p)
		p.task.Enter()
		return []func(){
			func() { p.drive(c.set.PollAll) },
			func() {
				c.increment(0)
				c.increment(0)
				invariant.Step("test: between two wakes")
				c.increment(0)
			},
		}, func() { c.requireEnded(t) }
	})
}

func TestInterleavedWakesAndDropAreHarmless(t *testing.T) {
	interleave.Explore(t, func() ([]func(), func()) {
		p, c := newParent(), newCounters(1, 1)
		c.pollFirst(p)
		p.task.Enter()
		return []func(){
				func() { c.set.Poll(p.cx); c.set.Drop() },
				func() { c.increment(0) },
				func() { c.increment(1) },
			}, func() {
				if !c.set.Poll(p.cx) {
					t.Error("the set waits after Drop")
				}
			}
	})
}

// An inspection while children are woken: the poll that follows sees them.
func TestInterleavedWakesAndInspectionAreSeen(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		p, c := newParent(), newCounters(1, 1)
		c.pollFirst(p)
		p.task.Enter()
		inspection := sched.NewInspection(nil, &p.task, func(any) {})
		return []func(){
			func() {
				c.set.Poll(inspection)
				p.drive(c.set.Poll)
			},
			func() { c.increment(0) },
			func() { c.increment(1) },
		}, func() { c.requireEnded(t) }
	})
}
