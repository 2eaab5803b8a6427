package coro

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"
)

// Functions that are suspended, on coroutines that are parked in each other's slots as well, end
// with their deferred calls, in the order in which they began, and nothing else of them runs.
func TestUnwindRunsDeferredCallsAloneInOrder(t *testing.T) {
	before := goroutines()
	p := NewPool(4)
	p.Track()
	var order []string
	const n = 20
	var all []*Coro
	for i := range n {
		c := p.Get()
		all = append(all, c)
		c.Start(func(c *Coro) {
			defer func() { order = append(order, fmt.Sprint(i)) }()
			defer func() {
				c.Yield()
				order = append(order, "a deferred call went on after it had waited")
			}()
			if i%5 == 4 {
				c.SwitchTo(all[i-1])
			} else {
				c.Yield()
			}
			c.Yield()
			order = append(order, "a function went on")
		})
	}
	ended := p.Get()
	ended.Start(func(*Coro) {})
	p.Put(ended)
	if got := len(p.lent); got != n {
		t.Fatalf("%d are lent", got)
	}
	p.Unwind()
	p.Close()
	var want []string
	for i := range n {
		want = append(want, fmt.Sprint(i))
	}
	if !slices.Equal(order, want) {
		t.Fatalf("got %v", order)
	}
	if p.Out() != 0 {
		t.Fatalf("%d are out", p.Out())
	}
	waitForGoroutines(t, before)
}

// lendAll makes a pool whose coroutines are suspended, each with one of the functions as its
// deferred call.
func lendAll(deferred ...func(c *Coro)) *Pool {
	p := NewPool(4)
	p.Track()
	for _, fn := range deferred {
		p.Get().Start(func(c *Coro) {
			defer fn(c)
			c.Yield()
		})
	}
	return p
}

func TestUnwindSurvivesWhatDeferredCallsDo(t *testing.T) {
	last := false
	p := lendAll(
		func(*Coro) { panic("in a deferred call") },
		func(*Coro) { runtime.Goexit() },
		func(c *Coro) {
			for {
				c.Yield()
			}
		},
		func(*Coro) { recover() },
		func(*Coro) { last = true },
	)
	p.Unwind()
	p.Close()
	if !last {
		t.Fatal("the last one did not run")
	}
}

func TestUnwindLeavesADeferredCallThatBlocks(t *testing.T) {
	before := goroutines()
	defer func(before time.Duration) { unwindPatience = before }(unwindPatience)
	unwindPatience = 0
	block := make(chan struct{})
	lendAll(func(*Coro) { <-block }).Unwind() // it returns
	close(block)
	waitForGoroutines(t, before)
}
