package coro

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"
	"weak"
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
	p.Unwind(noneLeft(t))
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
	p.Unwind(noneLeft(t))
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
	left := 0
	lendAll(func(*Coro) { <-block }).Unwind(func() { left++ }) // it returns
	if left != 1 {
		t.Errorf("%d were left", left)
	}
	close(block)
	waitForGoroutines(t, before)
}

// noneLeft is told of a function that was left behind. No deferred call of the test blocks: so none is left
// however slow the machine is.
func noneLeft(t *testing.T) func() {
	before := unwindPatience
	unwindPatience = time.Hour
	t.Cleanup(func() { unwindPatience = before })
	return func() { t.Error("a function was left behind") }
}

// The stack of a function that was ended is not kept for other pools: a whole simulation would be
// on it.
func TestTheStackOfAnUnwoundFunctionIsNotKept(t *testing.T) {
	before := goroutines()
	s := &shelf{room: 10}
	p := newShelved(s, 4)
	p.Track()
	var held []weak.Pointer[[1000]int]
	for range 5 {
		c := p.Get()
		c.Start(func(c *Coro) {
			big := new([1000]int)
			held = append(held, weak.Make(big))
			c.Yield()
			runtime.KeepAlive(big)
		})
	}
	p.Unwind(noneLeft(t))
	p.Close()
	waitForGoroutines(t, before)
	runtime.GC()
	for i, h := range held {
		if h.Value() != nil {
			t.Errorf("what function %d had is in memory", i)
		}
	}
	if len(s.idle) != 0 {
		t.Errorf("%d are kept", len(s.idle))
	}
}
