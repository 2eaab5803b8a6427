package coro

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/edo-go/edo/internal/gid"
)

// suspend starts fn on a coroutine of p, and checks that it suspends.
func suspend(t testing.TB, p *Pool, fn func(c *Coro)) *Coro {
	t.Helper()
	c := p.Get()
	if r := c.Start(fn); r.State != Suspended {
		t.Fatalf("state %v, want Suspended", r.State)
	}
	return c
}

func TestSwitchToReturnsToTheFirstResumer(t *testing.T) {
	p := newTestPool(t, 2)
	var steps []string
	var a, b *Coro
	b = suspend(t, p, func(c *Coro) {
		c.Yield()
		steps = append(steps, "b")
		c.Yield()
		steps = append(steps, "b again")
	})
	a = suspend(t, p, func(c *Coro) {
		c.Yield()
		steps = append(steps, "a")
		c.SwitchTo(b)
		steps = append(steps, "a again")
	})
	if r := a.Resume(); r.State != Suspended { // it is b that switches back
		t.Fatalf("state %v", r.State)
	}
	steps = append(steps, "out")
	if r := a.Resume(); r.State != Ended {
		t.Fatalf("a: state %v", r.State)
	}
	if r := b.Resume(); r.State != Ended {
		t.Fatalf("b: state %v", r.State)
	}
	want := "[a b out a again b again]"
	if got := fmt.Sprint(steps); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	p.Put(a)
	p.Put(b)
}

func TestResultIsOfTheCoroutineThatSwitchesBack(t *testing.T) {
	p := newTestPool(t, 2)
	b := suspend(t, p, func(c *Coro) {
		c.Yield()
		panic("b")
	})
	a := suspend(t, p, func(c *Coro) {
		c.Yield()
		c.SwitchTo(b)
	})
	if r := a.Resume(); r.State != Panicked || r.Value != "b" {
		t.Fatalf("got %v, %v; want the panic of b", r.State, r.Value)
	}
	if r := a.Resume(); r.State != Ended {
		t.Fatalf("a: state %v, %v", r.State, r.Value)
	}
	p.Put(b)
	p.Put(a)
}

func TestSwitchToOneThatIsNotSuspendedPanics(t *testing.T) {
	p := newTestPool(t, 2)
	fresh := p.Get()
	c := p.Get()
	if r := c.Start(func(c *Coro) { c.SwitchTo(fresh) }); r.State != Panicked || r.Value != errResume {
		t.Errorf("to a fresh one: got %v, %v", r.State, r.Value)
	}
	if r := c.Start(func(c *Coro) { c.SwitchTo(c) }); r.State != Panicked || r.Value != errResume {
		t.Errorf("to itself: got %v, %v", r.State, r.Value)
	}
	p.Put(c)
	p.Put(fresh)
}

// ring suspends n coroutines. In the end each is parked in the slot of the one before it,
// and the first in the slot of the last.
func ring(t testing.TB, p *Pool, n int) []*Coro {
	list := make([]*Coro, n)
	for i := range list {
		list[i] = suspend(t, p, func(c *Coro) {
			c.Yield()
			if i+1 < n {
				c.SwitchTo(list[i+1])
			} else {
				c.Yield()
			}
		})
	}
	list[0].Resume()
	return list
}

func TestPoolEndsCoroutinesParkedInEachOthersSlots(t *testing.T) {
	for _, max := range []int{0, 1, 5, 100} {
		before := goroutines()
		p := NewPool(max)
		list := ring(t, p, 20)
		for _, i := range rand.Perm(len(list)) {
			if r := list[i].Resume(); r.State != Ended {
				t.Fatalf("%d: state %v", i, r.State)
			}
			p.Put(list[i])
		}
		if n, most := goroutines()-before, min(max, len(list)); n > most {
			t.Errorf("max %d: %d goroutines are left", max, n)
		}
		p.Close()
		waitForGoroutines(t, before)
	}
}

func TestPoolKeepsNoMoreBeyondMaxThanAreOut(t *testing.T) {
	const n = 100
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		before := goroutines()
		p := NewPool(3)
		list := ring(t, p, n)
		rnd.Shuffle(n, func(i, j int) { list[i], list[j] = list[j], list[i] })
		for i, c := range list {
			c.Resume()
			p.Put(c)
			out := n - 1 - i
			if idle := goroutines() - before - out; idle > 3+out {
				t.Fatalf("seed %d: %d are idle, and %d out", seed, idle, out)
			}
		}
		p.Close()
		waitForGoroutines(t, before)
	}
}

func TestPutAfterCloseEndsAlsoThoseThatNeededTheCoroutine(t *testing.T) {
	before := goroutines()
	p := NewPool(100)
	list := ring(t, p, 10)
	for i, c := range list {
		if i%3 != 0 {
			c.Resume()
			p.Put(c)
		}
	}
	p.Close()
	for i, c := range list {
		if i%3 == 0 {
			c.Resume()
			p.Put(c)
		}
	}
	waitForGoroutines(t, before)
}

func TestGoexitInAnothersSlotEndsTheResumerAlone(t *testing.T) {
	for _, way := range []string{"the other ends first", "the pool is closed first"} {
		before := goroutines()
		p := NewPool(4)
		var b *Coro
		cleaned := false
		b = suspend(t, p, func(c *Coro) {
			c.Yield()
			defer func() { cleaned = true }()
			runtime.Goexit()
		})
		a := suspend(t, p, func(c *Coro) {
			c.Yield()
			c.SwitchTo(b)
		})
		dead := false
		if runAside(func() { a.Resume() }, func() { dead = b.Dead() && !a.Dead() }) {
			t.Errorf("%s: Resume returned after Goexit", way)
		}
		if !cleaned || !dead || p.Out() != 1 {
			t.Errorf("%s: cleaned %v, dead %v, %d are out", way, cleaned, dead, p.Out())
		}
		if way == "the pool is closed first" {
			p.Close()
		}
		if r := a.Resume(); r.State != Ended {
			t.Fatalf("%s: the other one: state %v", way, r.State)
		}
		p.Put(a)
		p.Close()
		waitForGoroutines(t, before)
	}
}

func TestCoroutinesSwapSlotsOnManyGoroutines(t *testing.T) {
	before := goroutines()
	const n, rounds, drivers = 40, 200, 4
	p := NewPool(8)
	var mu sync.Mutex
	var ready []*Coro
	arrived := map[*Coro]*Coro{} // a coroutine to the one that switched to it; guarded by mu, as ready
	takeReady := func() (c *Coro) {
		mu.Lock()
		defer mu.Unlock()
		if last := len(ready) - 1; last >= 0 {
			i := rand.IntN(last + 1)
			ready[i], ready[last] = ready[last], ready[i]
			c, ready = ready[last], ready[:last]
		}
		return c
	}
	addReady := func(c *Coro) {
		mu.Lock()
		defer mu.Unlock()
		ready = append(ready, c)
	}
	current := make([]*Coro, drivers) // the coroutine that runs, by driver; the driver's own
	driver := map[*Coro]int{}         // guarded by mu
	driverOf := func(c *Coro) int {
		mu.Lock()
		defer mu.Unlock()
		return driver[c]
	}
	releasePrevious := func(c *Coro) { // c runs: the coroutine that switched to it may run as well
		mu.Lock()
		from := arrived[c]
		delete(arrived, c)
		if from != nil {
			ready = append(ready, from)
		}
		mu.Unlock()
	}
	for range n {
		ready = append(ready, suspend(t, p, func(c *Coro) {
			own := gid.Get()
			c.Yield()
			for range rounds {
				releasePrevious(c)
				if gid.Get() != own {
					t.Error("moved to another goroutine")
				}
				next := takeReady()
				if next == nil || rand.IntN(4) == 0 {
					if next != nil {
						addReady(next)
					}
					c.Yield()
					continue
				}
				d := driverOf(c)
				mu.Lock()
				arrived[next], driver[next] = c, d
				mu.Unlock()
				current[d] = next
				c.SwitchTo(next)
			}
			releasePrevious(c)
		}))
	}
	var left sync.WaitGroup
	left.Add(n)
	over := make(chan struct{})
	go func() { left.Wait(); close(over) }()
	var wg sync.WaitGroup
	for d := range drivers {
		wg.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				c := takeReady()
				if c == nil {
					runtime.Gosched()
					continue
				}
				mu.Lock()
				driver[c] = d
				mu.Unlock()
				current[d] = c
				r := c.Resume()
				c = current[d]
				switch r.State {
				case Suspended:
					addReady(c)
				case Ended:
					p.Put(c)
					left.Done()
				default:
					t.Errorf("state %v, %v", r.State, r.Value)
					left.Done()
				}
			}
		})
	}
	wg.Wait()
	p.Close()
	waitForGoroutines(t, before)
}

func BenchmarkSwitchTo(b *testing.B) {
	p := newTestPool(b, 2)
	var list [2]*Coro
	left := b.N
	for i := range list {
		list[i] = suspend(b, p, func(c *Coro) {
			c.Yield()
			for left > 0 {
				left--
				c.SwitchTo(list[1-i])
			}
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	list[0].Resume()
	b.StopTimer()
	for _, c := range list {
		if c.phase == suspended {
			c.Resume()
		}
		p.Put(c)
	}
}
