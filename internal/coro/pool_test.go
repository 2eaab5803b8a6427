package coro

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// goroutines counts the goroutines, without the coroutines on the shelf of the process.
func goroutines() int { return runtime.NumGoroutine() - Kept() }

// waitForGoroutines waits until there are at most want goroutines. Those of this
// package end before the call that ends them returns; those of the test need to
// be scheduled once more.
func waitForGoroutines(t *testing.T, want int) {
	t.Helper()
	for start := time.Now(); time.Since(start) < time.Minute; runtime.Gosched() {
		if goroutines() <= want {
			return
		}
	}
	t.Fatalf("%d goroutines, want %d", goroutines(), want)
}

func TestCloseEndsIdleGoroutines(t *testing.T) {
	before := goroutines()
	p := NewPool(100)
	var list []*Coro
	for range 100 {
		c := p.Get()
		c.Start(func(*Coro) {})
		list = append(list, c)
	}
	for _, c := range list[1:] {
		p.Put(c)
	}
	unborn := p.Get()
	p.Put(unborn)
	p.Close()
	if got := goroutines(); got > before+1 {
		t.Fatalf("%d goroutines after Close, want %d: one is still out", got, before+1)
	}
	p.Put(list[0])
	p.Close()
	if got := goroutines(); got > before {
		t.Fatalf("%d goroutines after the last Put, want %d", got, before)
	}
}

func TestCloseEndsCoroutinesThatNeverRan(t *testing.T) {
	before := goroutines()
	p := NewPool(1)
	p.Put(p.Get())
	p.Close()
	if got := goroutines(); got > before {
		t.Fatalf("%d goroutines, want %d", got, before)
	}
}

func TestPutBeyondMaxEndsTheGoroutine(t *testing.T) {
	before := goroutines()
	p := NewPool(2)
	var list []*Coro
	for range 5 {
		c := p.Get()
		c.Start(func(*Coro) {})
		list = append(list, c)
	}
	for _, c := range list {
		p.Put(c)
	}
	if got := goroutines(); got > before+2 {
		t.Fatalf("%d goroutines, want %d", got, before+2)
	}
	p.Close()
}

func TestOutCountsWhatIsHandedOutAndNotPutBack(t *testing.T) {
	p := newTestPool(t, 2)
	var list []*Coro
	for i := range 5 {
		list = append(list, p.Get())
		if n := p.Out(); n != i+1 {
			t.Fatalf("%d are out, want %d", n, i+1)
		}
	}
	for i, c := range list { // the pool keeps two of them, and counts all
		p.Put(c)
		if n := p.Out(); n != 4-i {
			t.Fatalf("%d are out, want %d", n, 4-i)
		}
	}
}

func TestPoolIsSharedByGoroutines(t *testing.T) {
	before := goroutines()
	p := NewPool(3)
	handed := make(chan *Coro, 4)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 200 {
				c := p.Get()
				n := 0
				r := c.Start(func(c *Coro) {
					n++
					c.Yield()
					n++
					if i%10 == 0 {
						panic(i)
					}
				})
				if r.State != Suspended {
					t.Error("not suspended")
				}
				// Another goroutine may resume c, and this one the coroutine of another.
				handed <- c
				c = <-handed
				c.Resume()
				p.Put(c)
			}
		})
	}
	wg.Wait()
	p.Close()
	waitForGoroutines(t, before)
}

func TestStartOnPooledCoroutineDoesNotAllocate(t *testing.T) {
	p := newTestPool(t, 1)
	fn := func(c *Coro) { c.Yield() }
	n := testing.AllocsPerRun(100, func() {
		c := p.Get()
		c.Start(fn)
		c.Resume()
		p.Put(c)
	})
	if n != 0 {
		t.Fatalf("%v allocations, want 0", n)
	}
}

func TestPoolWorksInsideABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(1)
		c := p.Get()
		c.Start(func(c *Coro) { c.Yield() })
		c.Resume()
		p.Put(c)
		p.Close()
	})
}

func BenchmarkSwitch(b *testing.B) {
	p := newTestPool(b, 1)
	c := p.Get()
	end := false
	c.Start(func(c *Coro) {
		for !end {
			c.Yield()
		}
	})
	for b.Loop() {
		c.Resume()
	}
	end = true
	c.Resume()
	p.Put(c)
}

func BenchmarkGetStartEndPut(b *testing.B) {
	p := newTestPool(b, 1)
	fn := func(*Coro) {}
	for b.Loop() {
		c := p.Get()
		c.Start(fn)
		p.Put(c)
	}
}

func BenchmarkNew(b *testing.B) {
	p := newTestPool(b, 0)
	fn := func(*Coro) {}
	for b.Loop() {
		c := p.Get()
		c.Start(fn)
		p.Put(c)
	}
}

func BenchmarkChannelHandOver(b *testing.B) {
	ping, pong := make(chan struct{}), make(chan struct{})
	go func() {
		for range ping {
			pong <- struct{}{}
		}
	}()
	for b.Loop() {
		ping <- struct{}{}
		<-pong
	}
	close(ping)
}
