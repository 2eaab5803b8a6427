package main

import (
	"fmt"
	"math"
	"sync/atomic"

	"github.com/edo-go/edo"
)

// counter shows that tasks have run.
var counter atomic.Int64

// check panics when not exactly n operations were counted, and starts anew.
func check(n int) {
	if got := counter.Swap(0); got != int64(n) {
		panic(fmt.Sprintf("%d operations instead of %d", got, n))
	}
}

// side returns the side of the square that has about n fields: workloads of
// 1,000 tasks with 1,000 steps shrink evenly.
func side(n int) int { return int(math.Sqrt(float64(n)) + 0.5) }

// A group is what a sync.WaitGroup is to goroutines: a future that is ready when
// as many members have left as it was made for. One task waits for it.
type group struct {
	left    atomic.Int64 // and one more, until the first poll has set waiter
	waiter  edo.Waker
	waiting bool
}

func newGroup(n int) *group {
	g := &group{}
	g.left.Store(int64(n) + 1)
	return g
}

// leave is for a member that is a future.
func (g *group) leave(cx *edo.Context) {
	if g.left.Add(-1) == 0 {
		g.waiter.WakeBy(cx)
	}
}

// done is for a member in direct style.
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
