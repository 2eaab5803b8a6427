package coro

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/edo-go/edo/internal/carried"
)

// locked calls fn on a goroutine that is locked to its thread, and ends with it.
func locked(t testing.TB, fn func()) {
	t.Helper()
	if runAside(func() {
		runtime.LockOSThread()
		fn()
		if !carried.Locked() {
			t.Error("no longer locked")
		}
		runtime.Goexit()
	}, func() {
		if v := recover(); v != nil {
			t.Error(v)
		}
	}) {
		t.Error("returned")
	}
}

func TestALockedGoroutineResumesAnyCoroutine(t *testing.T) {
	before := goroutines()
	p := NewPool(1)
	old := p.Get()
	old.Start(func(c *Coro) { c.Yield(); c.Yield() })
	locked(t, func() {
		if r := old.Resume(); r.State != Suspended {
			t.Errorf("one made elsewhere: %v", r.State)
		}
		c := p.Get() // made here
		if r := c.Start(func(c *Coro) {
			if carried.Locked() {
				t.Error("the coroutine is locked too")
			}
			c.Yield()
		}); r.State != Suspended {
			t.Errorf("one made here: %v", r.State)
		}
		if r := c.Resume(); r.State != Ended {
			t.Errorf("one made here: %v", r.State)
		}
		p.Put(c)
	})
	if r := old.Resume(); r.State != Ended {
		t.Errorf("afterwards: %v", r.State)
	}
	locked(t, func() { p.Put(old) }) // more than max: one ends
	c := p.Get()
	if r := c.Start(func(*Coro) {}); r.State != Ended {
		t.Errorf("the one that was made by the locked goroutine: %v", r.State)
	}
	p.Put(c)
	locked(t, p.Close)
	waitForGoroutines(t, before)
}

func TestALockedFunctionWaitsAndStaysOnItsThread(t *testing.T) {
	p := newTestPool(t, 2)
	other := suspend(t, p, func(c *Coro) {
		c.Yield()
		if carried.Locked() {
			t.Error("another coroutine has the lock")
		}
	})
	c := p.Get()
	rounds := 0
	r := c.Start(func(c *Coro) {
		runtime.LockOSThread()
		for range 10 {
			c.Yield()
			if !carried.Locked() {
				t.Error("no longer locked after a wait")
			}
			rounds++
		}
		c.SwitchTo(other) // other ends
		runtime.UnlockOSThread()
		c.Yield()
	})
	for range 10 {
		if r.State != Suspended {
			t.Fatalf("state %v, %v", r.State, r.Value)
		}
		runAside(func() { r = c.Resume() }, func() {}) // each from another goroutine
	}
	if r.State != Ended {
		t.Fatalf("the other one: state %v, %v", r.State, r.Value)
	}
	if rounds != 10 {
		t.Errorf("%d rounds", rounds)
	}
	if r = c.Resume(); r.State != Suspended || carried.Locked() {
		t.Errorf("state %v, %v; locked %v", r.State, r.Value, carried.Locked())
	}
	if r = c.Resume(); r.State != Ended {
		t.Errorf("state %v, %v", r.State, r.Value)
	}
	p.Put(c)
	p.Put(other)
}

func TestPanicAndGoexitReachALockedResumer(t *testing.T) {
	p := newTestPool(t, 2)
	broken := errors.New("broken")
	locked(t, func() {
		c := p.Get()
		if r := c.Start(func(*Coro) { panic(broken) }); r.State != Panicked || r.Value != broken {
			t.Errorf("panic: %v, %v", r.State, r.Value)
		}
		p.Put(c)
	})
	c := p.Get()
	if runAside(func() {
		runtime.LockOSThread()
		c.Start(func(*Coro) { runtime.Goexit() })
	}, func() {}) || !c.Dead() {
		t.Error("Start returned after Goexit")
	}
	c = p.Get()
	var value any
	runAside(func() {
		runtime.LockOSThread()
		c.Start(func(*Coro) {
			defer func() { lateOnPurpose(broken) }()
			runtime.Goexit()
		})
	}, func() { value = recover() })
	if l, ok := value.(*Late); !ok || l.Value != broken {
		t.Errorf("the resumer panics with %v", value)
	}
}

// carriedHere returns the names of the things that the calling goroutine carries.
func carriedHere() (what []string) {
	if carried.Locked() {
		what = append(what, "thread")
	}
	if carried.LabelsHere() != nil {
		what = append(what, "labels")
	}
	if debug.SetPanicOnFault(false) {
		what = append(what, "SetPanicOnFault")
	}
	return what
}

func carryAll() {
	runtime.LockOSThread()
	runtime.LockOSThread()
	debug.SetPanicOnFault(true)
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("request", "17")))
}

func TestAFunctionFindsNothingThatAnotherHasLeft(t *testing.T) {
	for name, end := range map[string]func(){
		"return": func() {},
		"panic":  func() { panic("on purpose") },
		"goexit": runtime.Goexit,
		"late":   func() { defer func() { panic("late") }(); runtime.Goexit() },
	} {
		before := goroutines()
		p := NewPool(1)
		c := p.Get()
		runAside(func() {
			c.Start(func(*Coro) { carryAll(); end() })
			p.Put(c)
		}, func() { recover() })
		next := p.Get()
		next.Start(func(*Coro) {
			if what := carriedHere(); what != nil {
				t.Errorf("%s: left: %s", name, strings.Join(what, ", "))
			}
		})
		p.Put(next)
		p.Close()
		waitForGoroutines(t, before)
	}
}

func TestAFunctionBeginsWithTheLabelsOfItsStarter(t *testing.T) {
	p := newTestPool(t, 1)
	var mine, again carried.Labels
	pprof.Do(context.Background(), pprof.Labels("request", "17"), func(context.Context) {
		mine = carried.LabelsHere()
		for range 2 { // a new coroutine, and a used one
			c := p.Get()
			var theirs carried.Labels
			c.Start(func(c *Coro) {
				theirs = carried.LabelsHere()
				carried.SetLabels(nil)
			})
			p.Put(c)
			if theirs != mine || carried.LabelsHere() != mine {
				t.Error("other labels than those of the starter, or the starter has others")
			}
		}
	})
	c := p.Get()
	c.Start(func(c *Coro) { again = carried.LabelsHere() })
	if again != nil {
		t.Error("labels without any")
	}
	p.Put(c)
}
