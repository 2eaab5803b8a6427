package main

import (
	"fmt"
	"math"
	"sync/atomic"

	"github.com/edo-go/edo"
)

// counter counts the operations that tasks have done.
var counter atomic.Int64

// checkCount panics when not exactly n operations were counted, and resets the counter.
func checkCount(n int) {
	if got := counter.Swap(0); got != int64(n) {
		panic(fmt.Sprintf("%d operations instead of %d", got, n))
	}
}

// side returns the side of a square with about n fields: a workload of 1,000 tasks with
// 1,000 steps each shrinks in both numbers.
func side(n int) int { return int(math.Sqrt(float64(n)) + 0.5) }

// A group is for tasks what a sync.WaitGroup is for goroutines: a future that is ready
// once all its members have left. One task waits for it.
type group struct {
	left    atomic.Int64 // members that have not left; one more until a poll has set waiter
	waiter  edo.Waker
	waiting bool // waiter is set
}

func newGroup(n int) *group {
	g := &group{}
	g.left.Store(int64(n) + 1)
	return g
}

// leave ends a member that is a future.
func (g *group) leave(cx *edo.Context) {
	if g.left.Add(-1) == 0 {
		g.waiter.WakeBy(cx)
	}
}

// done ends a member in direct style.
func (g *group) done() {
	if g.left.Add(-1) == 0 {
		g.waiter.Wake()
	}
}

func (g *group) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	left := g.left.Load()
	if !g.waiting {
		g.waiting = true
		g.waiter = cx.Waker()
		left = g.left.Add(-1)
	}
	if left != 0 {
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, edo.Ready, nil
}

// startAll is a future that starts the members of a group and waits for them.
type startAll struct {
	members int
	start   func(cx *edo.Context, g *group)
	group   *group
}

func (s *startAll) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if s.group == nil {
		s.group = newGroup(s.members)
		s.start(cx, s.group)
	}
	return s.group.Poll(cx)
}

// expect returns an error unless err is nil and got is want.
func expect(got, want int, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("got %d instead of %d", got, want)
	}
	return err
}
