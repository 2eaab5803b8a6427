package tasktest

import (
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
)

// PollFunc is a future made of a function.
type PollFunc[T any] func(cx *edo.Context) (T, edo.Poll, error)

// Poll calls the function.
func (f PollFunc[T]) Poll(cx *edo.Context) (T, edo.Poll, error) { return f(cx) }

// PollOnce returns a future that polls f once, and is ready.
func PollOnce(f edo.Future[int]) edo.Future[int] {
	return PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
		_, _, err := f.Poll(cx)
		return 0, edo.Ready, err
	})
}

// Forever is a future that is never ready, and never woken.
type Forever struct{}

// Poll is always pending.
func (Forever) Poll(*edo.Context) (int, edo.Poll, error) { return 0, edo.Pending, nil }

// Dropped is a future that counts how often it was dropped, and is never ready.
type Dropped struct {
	Forever
	Drops atomic.Int64
}

// Drop counts.
func (d *Dropped) Drop() { d.Drops.Add(1) }

// PanicsInDrop is a future that panics when it is dropped, and is never ready.
type PanicsInDrop struct{ Forever }

// Drop panics.
func (PanicsInDrop) Drop() { panic("in drop") }

// ReadyUnit is a future that is ready at once.
type ReadyUnit struct{}

// Poll is ready.
func (ReadyUnit) Poll(*edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, edo.Ready, nil }

// Seven is a future that is ready at once, with 7.
type Seven struct{}

// Poll is ready.
func (Seven) Poll(*edo.Context) (int, edo.Poll, error) { return 7, edo.Ready, nil }

// CountedPoll is a future that counts its polls, and is ready at once.
type CountedPoll struct{ Polls *atomic.Int64 }

// Poll counts.
func (c *CountedPoll) Poll(*edo.Context) (edo.Unit, edo.Poll, error) {
	c.Polls.Add(1)
	return edo.Unit{}, edo.Ready, nil
}

// YieldsTimes is a future that yields Left times.
type YieldsTimes struct{ Left int }

// Poll yields.
func (y *YieldsTimes) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if y.Left == 0 {
		return edo.Unit{}, edo.Ready, nil
	}
	y.Left--
	cx.Yield()
	return edo.Unit{}, edo.Pending, nil
}

// YieldsOnce is a future that yields once, and then resolves to Value.
type YieldsOnce struct {
	Value     int
	hasPassed bool
}

// Poll yields the first time.
func (y *YieldsOnce) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !y.hasPassed {
		y.hasPassed = true
		cx.Yield()
		return 0, edo.Pending, nil
	}
	return y.Value, edo.Ready, nil
}

// Valve is a future that a test ends with a result, by End. With a negative value it panics.
type Valve struct {
	IsOpen bool
	Value  int
	Err    error
	Waker  edo.Waker
	Polls  int
	Drops  int
}

// Poll is pending until the valve is open.
func (v *Valve) Poll(cx *edo.Context) (int, edo.Poll, error) {
	v.Polls++
	if !v.IsOpen {
		v.Waker = cx.Waker()
		return 0, edo.Pending, nil
	}
	if v.Value < 0 {
		panic(v.Value)
	}
	return v.Value, edo.Ready, v.Err
}

// Drop counts.
func (v *Valve) Drop() { v.Drops++ }

// End opens the valve.
func (v *Valve) End(value int, err error) {
	v.IsOpen, v.Value, v.Err = true, value, err
	v.Waker.Wake()
}

// Gate is a leaf that waits until a test opens it, from any goroutine. Its name is in reports. The
// fields other than the name belong to a test while no task waits.
type Gate struct {
	Name   string
	IsOpen bool
	Waker  edo.Waker
	Polls  int // polls with a budget
	mu     sync.Mutex
}

// Poll is pending until the gate is open.
func (g *Gate) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if !cx.Proceed(g) {
		return 0, edo.Pending, nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.Polls++
	if g.IsOpen {
		return 7, edo.Ready, nil
	}
	g.Waker = cx.Waker()
	return 0, edo.Pending, nil
}

// Waits names the gate.
func (g *Gate) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "gate: " + g.Name, By: []string{"the task that opens it"}}
}

// Open opens the gate.
func (g *Gate) Open() {
	g.mu.Lock()
	g.IsOpen = true
	waker := g.Waker
	g.mu.Unlock()
	waker.Wake()
}
