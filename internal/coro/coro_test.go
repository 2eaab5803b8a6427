package coro

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/edo-go/edo/internal/gid"
)

func newTestPool(t testing.TB, max int) *Pool {
	p := NewPool(max)
	t.Cleanup(p.Close)
	return p
}

func TestYieldSwitchesBackToTheResumer(t *testing.T) {
	p := newTestPool(t, 1)
	var steps []string
	c := p.Get()
	fn := func(c *Coro) {
		for i := range 3 {
			steps = append(steps, fmt.Sprint("in ", i))
			c.Yield()
		}
	}
	for r := c.Start(fn); r.State == Suspended; r = c.Resume() {
		steps = append(steps, "out")
	}
	p.Put(c)
	want := "[in 0 out in 1 out in 2 out]"
	if got := fmt.Sprint(steps); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestCoroutineIsReusedLastInFirstOut(t *testing.T) {
	p := newTestPool(t, 2)
	a, b := p.Get(), p.Get()
	a.Start(func(*Coro) {})
	b.Start(func(*Coro) {})
	id := b.Gid()
	p.Put(a)
	p.Put(b)
	c := p.Get()
	if c != b {
		t.Fatal("Get returned another coroutine than the one put last")
	}
	c.Start(func(*Coro) {
		if gid.Get() != id || c.Gid() != id {
			t.Error("the second function ran on another goroutine")
		}
	})
	p.Put(c)
}

func TestResumedFromDifferentGoroutines(t *testing.T) {
	p := newTestPool(t, 1)
	const n = 100
	c := p.Get()
	count := 0
	var own uintptr
	r := c.Start(func(c *Coro) {
		own = gid.Get()
		for range n {
			count++
			if gid.Get() != own {
				t.Error("the function moved to another goroutine")
			}
			c.Yield()
		}
	})
	for r.State == Suspended {
		done := make(chan Result)
		go func() {
			if gid.Get() == own {
				t.Error("the coroutine's goroutine is not its own")
			}
			done <- c.Resume()
		}()
		r = <-done
	}
	p.Put(c)
	if count != n || r.State != Ended {
		t.Fatalf("count %d, state %v; want %d, Ended", count, r.State, n)
	}
}

//go:noinline
func explode() { panic("boom") }

func TestPanicIsHandedToTheResumerWithItsStack(t *testing.T) {
	p := newTestPool(t, 1)
	c := p.Get()
	c.Start(func(c *Coro) {
		c.Yield()
		explode()
	})
	r := c.Resume()
	if r.State != Panicked || r.Value != "boom" {
		t.Fatalf("got %v, %v; want Panicked, boom", r.State, r.Value)
	}
	if !bytes.Contains(r.Stack, []byte("coro.explode")) {
		t.Fatalf("the stack does not name the function that panicked:\n%s", r.Stack)
	}
	if c.Dead() {
		t.Fatal("dead after a panic")
	}
	if r := c.Start(func(*Coro) {}); r.State != Ended || r.Value != nil || r.Stack != nil {
		t.Fatalf("the next function ended with %+v", r)
	}
	p.Put(c)
}

func TestPanicWithErrorKeepsTheError(t *testing.T) {
	p := newTestPool(t, 1)
	c := p.Get()
	r := c.Start(func(*Coro) {
		none := []int{}
		none[len(none)]++
	})
	if _, ok := r.Value.(runtime.Error); !ok {
		t.Fatalf("got %T, want a runtime.Error", r.Value)
	}
	p.Put(c)
}

// runAside runs fn on a goroutine of its own and reports whether it returned.
func runAside(fn func(), deferred func()) (returned bool) {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer deferred()
		fn()
		returned = true
	})
	wg.Wait()
	return returned
}

func TestGoexitEndsTheResumerWhichSeesTheCoroutineDead(t *testing.T) {
	p := newTestPool(t, 1)
	before := goroutines()
	c := p.Get()
	deferred, seen := false, false
	returned := runAside(func() {
		c.Start(func(c *Coro) {
			defer func() { deferred = true }()
			runtime.Goexit()
		})
	}, func() { seen = c.Dead() })
	if returned {
		t.Error("Start returned after Goexit")
	}
	if !deferred {
		t.Error("the function's deferred call did not run")
	}
	if !seen {
		t.Error("the resumer's deferred call did not find the coroutine dead")
	}
	if n := p.Out(); n != 0 {
		t.Errorf("%d are out, after the only one has died", n)
	}
	p.Put(c)
	next := p.Get()
	if next == c {
		t.Error("the pool handed out a dead coroutine")
	}
	p.Put(next)
	p.Close()
	waitForGoroutines(t, before)
}

func TestYieldWhileExitingSuspends(t *testing.T) {
	p := newTestPool(t, 1)
	c := p.Get()
	cleaned := false
	r := c.Start(func(c *Coro) {
		defer func() {
			c.Yield()
			cleaned = true
		}()
		runtime.Goexit()
	})
	if r.State != Suspended || c.Dead() {
		t.Fatalf("state %v, dead %v; want Suspended, false", r.State, c.Dead())
	}
	if runAside(func() { c.Resume() }, func() {}) {
		t.Error("Resume returned after Goexit")
	}
	if !cleaned || !c.Dead() {
		t.Fatalf("cleaned %v, dead %v; want true, true", cleaned, c.Dead())
	}
}

//go:noinline
func lateOnPurpose(v any) { panic(v) }

func TestPanicWhileExitingContinuesAtTheResumer(t *testing.T) {
	late := errors.New("late")
	for name, fn := range map[string]func(c *Coro){
		"after Goexit": func(*Coro) {
			defer func() { lateOnPurpose(late) }()
			runtime.Goexit()
		},
		"after Goexit and a wait": func(c *Coro) {
			defer func() {
				c.Yield()
				lateOnPurpose(late)
			}()
			runtime.Goexit()
		},
		"after Goexit after a panic": func(*Coro) {
			defer func() { lateOnPurpose(late) }()
			defer runtime.Goexit()
			panic("early")
		},
		"after two others": func(*Coro) {
			defer func() { lateOnPurpose(late) }()
			defer func() { panic("second") }()
			defer func() { panic("first") }()
			runtime.Goexit()
		},
	} {
		p := newTestPool(t, 1)
		c := p.Get()
		var value any
		if runAside(func() {
			if r := c.Start(fn); r.State == Suspended {
				c.Resume()
			}
		}, func() { value = recover() }) {
			t.Errorf("%s: Start returned", name)
		}
		l, ok := value.(*Late)
		if !ok || l.Value != late || !errors.Is(l, late) || !bytes.Contains(l.Stack, []byte("lateOnPurpose")) {
			t.Errorf("%s: the resumer panics with %v", name, value)
		}
		if !c.Dead() || p.Out() != 0 {
			t.Errorf("%s: dead: %v; out: %d", name, c.Dead(), p.Out())
		}
	}
}

func TestPanicThatIsRecoveredWhileExitingDoesNotReachTheResumer(t *testing.T) {
	p := newTestPool(t, 1)
	c := p.Get()
	var value any
	if runAside(func() {
		c.Start(func(*Coro) {
			defer func() {
				defer func() { recover() }()
				panic("late")
			}()
			runtime.Goexit()
		})
	}, func() { value = recover() }) || value != nil {
		t.Errorf("Start returned, or panicked with %v", value)
	}
}

func TestPanicWhileExitingOfInnerIsThePanicOfOuter(t *testing.T) {
	p := newTestPool(t, 2)
	outer, inner := p.Get(), p.Get()
	r := outer.Start(func(*Coro) {
		inner.Start(func(*Coro) {
			defer func() { lateOnPurpose("late") }()
			runtime.Goexit()
		})
	})
	if r.State != Panicked || r.Value != "late" || !bytes.Contains(r.Stack, []byte("lateOnPurpose")) {
		t.Errorf("got %v, %v, on\n%s", r.State, r.Value, r.Stack)
	}
	if !inner.Dead() || outer.Dead() {
		t.Errorf("dead: inner %v, outer %v", inner.Dead(), outer.Dead())
	}
	p.Put(outer)
}

func TestPanicWhileExitingContinuesAtAResumerThatIsParkedInYield(t *testing.T) {
	before := goroutines()
	s := &shelf{room: 100} // returns each to its own slot
	p := newShelved(s, 0)
	for _, c := range ring(t, p, 10) {
		c.Resume()
		p.Put(c)
	}
	p.Close()
	q := newShelved(s, 0)
	s.toEnd = 100 // for those that die
	inYield := 0
	for len(s.idle) != 0 {
		c := q.Get()
		if c.yieldIsNext {
			inYield++
		}
		var value any
		if runAside(func() { c.Start(func(*Coro) { defer lateOnPurpose("late"); runtime.Goexit() }) }, func() { value = recover() }) {
			t.Fatal("Start returned")
		}
		if late, ok := value.(*Late); !ok || late.Value != "late" || !c.Dead() {
			t.Errorf("in yield %v: the resumer got %v; dead %v", c.yieldIsNext, value, c.Dead())
		}
	}
	if inYield == 0 {
		t.Error("no resumer was parked in yield")
	}
	q.Close()
	waitForGoroutines(t, before)
}

func TestPanicWhileExitingInAnothersSlotContinuesAtTheResumer(t *testing.T) {
	before := goroutines()
	p := NewPool(4)
	b := suspend(t, p, func(c *Coro) {
		c.Yield()
		defer func() { lateOnPurpose("late") }()
		runtime.Goexit()
	})
	a := suspend(t, p, func(c *Coro) {
		c.Yield()
		c.SwitchTo(b)
	})
	var value any
	if runAside(func() { a.Resume() }, func() { value = recover() }) {
		t.Error("Resume returned")
	}
	if l, ok := value.(*Late); !ok || l.Value != "late" {
		t.Errorf("the resumer panics with %v", value)
	}
	if r := a.Resume(); r.State != Ended {
		t.Fatalf("the other one: state %v", r.State)
	}
	p.Put(a)
	p.Close()
	waitForGoroutines(t, before)
}

func TestNestedCoroutinesSwitchToTheirOwnResumers(t *testing.T) {
	p := newTestPool(t, 2)
	var steps []string
	outer, inner := p.Get(), p.Get()
	r := outer.Start(func(outer *Coro) {
		r := inner.Start(func(inner *Coro) {
			steps = append(steps, "inner 1")
			inner.Yield()
			steps = append(steps, "inner 2")
		})
		steps = append(steps, "outer 1")
		outer.Yield()
		if r.State == Suspended {
			inner.Resume()
		}
		steps = append(steps, "outer 2")
	})
	steps = append(steps, "main")
	if r.State == Suspended {
		outer.Resume()
	}
	p.Put(inner)
	p.Put(outer)
	want := "[inner 1 outer 1 main inner 2 outer 2]"
	if got := fmt.Sprint(steps); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestInnerPanicStopsAtItsResumer(t *testing.T) {
	p := newTestPool(t, 2)
	outer, inner := p.Get(), p.Get()
	r := outer.Start(func(*Coro) {
		if r := inner.Start(func(*Coro) { panic(1) }); r.State != Panicked {
			t.Errorf("inner: got %v, want Panicked", r.State)
		}
	})
	if r.State != Ended {
		t.Fatalf("outer: got %v, want Ended", r.State)
	}
	p.Put(inner)
	p.Put(outer)
}

func TestGoexitOfInnerEndsOuterToo(t *testing.T) {
	p := newTestPool(t, 2)
	before := goroutines()
	outer, inner := p.Get(), p.Get()
	outerDeferred, innerDead := false, false
	returned := runAside(func() {
		outer.Start(func(*Coro) {
			defer func() { outerDeferred, innerDead = true, inner.Dead() }()
			inner.Start(func(*Coro) { runtime.Goexit() })
		})
	}, func() {})
	if returned || !outerDeferred || !innerDead || !outer.Dead() {
		t.Fatalf("returned %v, outer deferred %v, inner dead %v, outer dead %v; want false, true, true, true",
			returned, outerDeferred, innerDead, outer.Dead())
	}
	waitForGoroutines(t, before)
}

func TestMisusePanicsAndSaysWhatToDo(t *testing.T) {
	p, other := newTestPool(t, 4), newTestPool(t, 4)
	fresh, stopped, done := p.Get(), p.Get(), p.Get()
	stopped.Start(func(c *Coro) { c.Yield() })
	done.Start(func(*Coro) {})
	p.Put(done)
	cases := []struct {
		name string
		call func()
		want error
	}{
		{"Start of a suspended one", func() { stopped.Start(func(*Coro) {}) }, errStart},
		{"Resume of a fresh one", func() { fresh.Resume() }, errResume},
		{"Resume of an ended one", func() { done.Resume() }, errResume},
		{"Yield from outside", func() { stopped.Yield() }, errYield},
		{"Put of a suspended one", func() { p.Put(stopped) }, errPut},
		{"Put twice", func() { p.Put(done) }, errPut},
		{"Put into another pool", func() { other.Put(fresh) }, errPut},
	}
	for _, tc := range cases {
		func() {
			defer func() {
				if got := recover(); got != tc.want {
					t.Errorf("%s: panicked with %v, want %v", tc.name, got, tc.want)
				}
			}()
			tc.call()
		}()
	}
	stopped.Resume()
	p.Put(stopped)
	p.Put(fresh)
}

func TestResumeFromInsidePanics(t *testing.T) {
	p := newTestPool(t, 1)
	c := p.Get()
	r := c.Start(func(c *Coro) { c.Resume() })
	if r.State != Panicked || r.Value != errResume {
		t.Fatalf("got %v, %v; want Panicked, %v", r.State, r.Value, errResume)
	}
	p.Put(c)
}
