package simulated

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// program acts as the runtime of a driver: it polls the runnable functions, one after the
// other, and waits when there is none.
type program struct {
	d       *Driver
	mu      sync.Mutex // guards ready, which other goroutines add to
	ready   []func()
	timers  map[int64][]func()
	stalled bool
	done    chan struct{}
}

// start runs a program on a new goroutine, until it has nothing left to wait for.
func start(c Config, ready ...func(p *program)) *program {
	p := &program{d: New(c), timers: map[int64][]func(){}, done: make(chan struct{})}
	for _, fn := range ready {
		p.ready = append(p.ready, func() { fn(p) })
	}
	go p.run()
	return p
}

func (p *program) run() {
	defer close(p.done)
	defer p.d.Close()
	for !p.stalled {
		deadline := sched.Never
		for at := range p.timers {
			if at <= p.d.Now() {
				p.spawn(p.timers[at]...)
				delete(p.timers, at)
			} else {
				deadline = min(deadline, at)
			}
		}
		p.mu.Lock()
		n := len(p.ready)
		p.mu.Unlock()
		if n == 0 {
			p.stalled = p.d.Wait(nil, deadline)
			continue
		}
		i := p.d.Choose(n)
		p.mu.Lock()
		fn := p.ready[i]
		p.ready = slices.Delete(p.ready, i, i+1)
		p.mu.Unlock()
		fn()
	}
}

func (p *program) spawn(fns ...func()) {
	p.mu.Lock()
	p.ready = append(p.ready, fns...)
	p.mu.Unlock()
}

func (p *program) after(d time.Duration, fn func()) {
	at := p.d.Now() + int64(d)
	p.timers[at] = append(p.timers[at], fn)
}

// finish lets the program end.
func (p *program) finish(t *testing.T) {
	t.Helper()
	p.d.Release()
	<-p.done
	if p.d.Step() {
		t.Error("a program that has ended made a step")
	}
}

func TestStepLetsOnePollHappen(t *testing.T) {
	polls := 0
	poll := func(*program) { polls++ }
	p := start(Config{Manual: true}, poll, poll, poll)
	for want := range 3 {
		if polls != want {
			t.Fatalf("%d polls after %d steps", polls, want)
		}
		if !p.d.Step() {
			t.Fatalf("no step after %d", want)
		}
	}
	if p.d.Step() || polls != 3 {
		t.Fatalf("a step with nothing runnable; %d polls", polls)
	}
	p.finish(t)
}

func TestStepDoesNotMoveTheClock(t *testing.T) {
	p := start(Config{Manual: true}, func(p *program) { p.after(1, func() {}) })
	if !p.d.Step() || p.d.Step() || p.d.Now() != 0 {
		t.Fatalf("at %d", p.d.Now())
	}
	p.finish(t)
}

func TestRunUntilIdleRunsAllThatNeedsNoTime(t *testing.T) {
	polls := 0
	p := start(Config{Manual: true}, func(p *program) {
		polls++
		p.spawn(func() {
			polls++
			p.after(time.Second, func() { polls++ })
		})
	})
	p.d.RunUntilIdle()
	if polls != 2 || p.d.Now() != 0 {
		t.Fatalf("%d polls, at %d", polls, p.d.Now())
	}
	p.d.RunUntilIdle()
	if polls != 2 {
		t.Fatalf("%d polls", polls)
	}
	p.finish(t)
}

func TestAdvanceIsExactAndStopsAtEachDeadline(t *testing.T) {
	var log []string
	say := func(p *program, what string) { log = append(log, fmt.Sprintf("%s at %d", what, p.d.Now())) }
	p := start(Config{Manual: true}, func(p *program) {
		p.after(10, func() {
			say(p, "first")
			p.after(5, func() { say(p, "nested") })
		})
		p.after(20, func() { say(p, "second") })
		p.after(21, func() { say(p, "third") })
	})
	p.d.Advance(9) // also runs the functions that are runnable already
	if len(log) != 0 || p.d.Now() != 9 {
		t.Fatalf("%q at %d", log, p.d.Now())
	}
	p.d.Advance(11)
	want := []string{"first at 10", "nested at 15", "second at 20"}
	if !slices.Equal(log, want) || p.d.Now() != 20 {
		t.Fatalf("%q at %d, want %q", log, p.d.Now(), want)
	}
	p.d.Advance(0)
	if len(log) != 3 {
		t.Fatalf("%q", log)
	}
	p.d.Advance(1<<63 - 1)
	if len(log) != 4 || p.d.Now() != sched.Never-1 {
		t.Fatalf("%q at %d", log, p.d.Now())
	}
	p.finish(t)
}

func TestAdvanceMovesTheClockOfAnEndedProgram(t *testing.T) {
	p := start(Config{})
	<-p.done
	p.d.Advance(7)
	if p.d.Now() != 7 {
		t.Fatalf("at %d", p.d.Now())
	}
}

func TestReleasedProgramRunsWithoutAController(t *testing.T) {
	ticks := 0
	var tick func(p *program)
	tick = func(p *program) {
		if ticks++; ticks < 100 {
			p.after(time.Hour, func() { tick(p) })
		}
	}
	p := start(Config{Manual: true}, tick)
	p.d.Step()
	p.finish(t)
	if ticks != 100 || p.d.Now() != int64(99*time.Hour) || !p.stalled {
		t.Fatalf("%d ticks, at %d, stalled %v", ticks, p.d.Now(), p.stalled)
	}
}

func TestManualProgramThatWaitsForItsControllerHasNotStalled(t *testing.T) {
	polls := 0
	p := start(Config{Manual: true}, func(*program) { polls++ })
	p.d.RunUntilIdle()
	p.spawn(func() { polls++ }) // by the controller
	p.d.Wake()
	if !p.d.Step() || polls != 2 {
		t.Fatalf("%d polls", polls)
	}
	p.finish(t)
}

func TestControllerWaitsForBlockingTasks(t *testing.T) {
	for range 20 {
		polls, proceed := 0, make(chan struct{})
		p := start(Config{Manual: true}, func(p *program) {
			p.after(10, func() { polls++ })
			p.d.AddBlocking(1)
			go func() {
				<-proceed
				p.spawn(func() { polls++ })
				p.d.Wake()
				p.d.AddBlocking(-1)
			}()
		})
		p.d.Step()
		go close(proceed)
		p.d.Advance(5)
		if polls != 1 || p.d.Now() != 5 {
			t.Fatalf("%d polls, at %d", polls, p.d.Now())
		}
		p.finish(t)
	}
}

func TestStepsAreThoseOfTheFreeRun(t *testing.T) {
	run := func(c Config, drive func(p *program)) (order []int) {
		var all []func(*program)
		for i := range 20 {
			all = append(all, func(*program) { order = append(order, i) })
		}
		p := start(c, all...)
		drive(p)
		p.finish(t)
		return order
	}
	free := run(Config{Seed: 3}, func(*program) {})
	stepped := run(Config{Seed: 3, Manual: true}, func(p *program) {
		for p.d.Step() {
		}
	})
	if !slices.Equal(free, stepped) || len(free) != 20 {
		t.Fatalf("free %v, stepped %v", free, stepped)
	}
}
