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

// parent is a task that polls a set on a thread of the exploration: a lost wake leaves
// it asleep, which the explorer reports as a deadlock.
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

// drive polls until poll says that it is over.
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

// counters are children that end when they have come to what they need.
type counters struct {
	*family
	have []int
}

func newCounters(need ...int) *counters {
	c := &counters{newFamily(len(need)), make([]int, len(need))}
	for i := range need {
		c.kids[i].poll = func(*sched.Context) fan.Outcome {
			if c.have[i] == need[i] {
				return fan.Ended
			}
			return fan.Pending
		}
	}
	return c
}

// begin gives every child its first poll, by p, which is then asleep.
func (c *counters) begin(p *parent) {
	p.cx.SetBudget(sched.Budget)
	c.set.Poll(p.cx)
	p.task.Suspend()
}

// bump brings child i on and wakes it.
func (c *counters) bump(i int) {
	c.have[i]++
	c.kids[i].waker.Wake()
}

func (c *counters) check(t *testing.T) func() {
	return func() {
		if c.set.Left() != 0 {
			t.Errorf("%d are left", c.set.Left())
		}
		for i := range c.kids {
			if polls := c.kids[i].polls; polls > 1+c.have[i] {
				t.Errorf("child %d was polled %d times for %d wakes", i, polls, c.have[i])
			}
		}
	}
}

func TestInterleavedWakesOfTwoChildrenAreBothSeen(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		p, c := newParent(), newCounters(1, 1)
		c.begin(p)
		p.task.Enter()
		return []func(){
			func() { p.drive(c.set.Poll) },
			func() { c.bump(0) },
			func() { c.bump(1) },
		}, c.check(t)
	})
}

func TestInterleavedWakesOfOneChildAreSeen(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		p, c := newParent(), newCounters(2)
		c.begin(p)
		p.task.Enter()
		return []func(){
			func() { p.drive(c.set.Poll) },
			func() { c.bump(0) },
			func() { c.bump(0) },
		}, c.check(t)
	})
}

func TestInterleavedWakesInsideTwoSetsAreSeen(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		p, inner := newParent(), newCounters(1, 1)
		outer := newFamily(1)
		outer.kids[0].poll = func(cx *sched.Context) fan.Outcome {
			if inner.set.Poll(cx) {
				return fan.Ended
			}
			return fan.Pending
		}
		p.cx.SetBudget(sched.Budget)
		outer.set.Poll(p.cx)
		return []func(){
			func() { p.drive(outer.set.Poll) },
			func() { inner.bump(0) },
			func() { inner.bump(1) },
		}, inner.check(t)
	})
}

// The set moves from one task to another: who polled last is woken.
func TestInterleavedWakesReachTheTaskThatPolledLast(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		p, q, c := newParent(), newParent(), newCounters(1, 1)
		c.begin(p)
		return []func(){
			func() { q.drive(c.set.Poll) },
			func() { c.bump(0) },
			func() { c.bump(1) },
		}, c.check(t)
	})
}

func TestInterleavedWakesAndPollAllAreSeen(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		p, c := newParent(), newCounters(1, 1)
		c.begin(p)
		p.task.Enter()
		return []func(){
				func() { p.drive(c.set.PollAll) },
				func() { c.bump(0) },
				func() { c.bump(1) },
			}, func() {
				if c.set.Left() != 0 {
					t.Errorf("%d are left", c.set.Left())
				}
			}
	})
}

func TestInterleavedWakesOfOneChildAndPollAllAreSeen(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		p, c := newParent(), newCounters(3)
		c.begin(p)
		p.task.Enter()
		return []func(){
				func() { p.drive(c.set.PollAll) },
				func() {
					c.bump(0)
					c.bump(0)
					invariant.Step("test: between two wakes")
					c.bump(0)
				},
			}, func() {
				if c.set.Left() != 0 {
					t.Errorf("%d are left", c.set.Left())
				}
			}
	})
}

func TestInterleavedWakesAndDropAreHarmless(t *testing.T) {
	interleave.Explore(t, func() ([]func(), func()) {
		p, c := newParent(), newCounters(1, 1)
		c.begin(p)
		p.task.Enter()
		return []func(){
				func() { c.set.Poll(p.cx); c.set.Drop() },
				func() { c.bump(0) },
				func() { c.bump(1) },
			}, func() {
				if !c.set.Poll(p.cx) {
					t.Error("it waits after it was dropped")
				}
			}
	})
}

// An inspection while children are woken: the poll that follows sees them.
func TestInterleavedWakesAndInspectionAreSeen(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		p, c := newParent(), newCounters(1, 1)
		c.begin(p)
		p.task.Enter()
		look := sched.NewInspection(nil, &p.task, func(any) {})
		return []func(){
				func() {
					c.set.Poll(look)
					p.drive(c.set.Poll)
				},
				func() { c.bump(0) },
				func() { c.bump(1) },
			}, func() {
				if c.set.Left() != 0 {
					t.Errorf("%d are left", c.set.Left())
				}
			}
	})
}
