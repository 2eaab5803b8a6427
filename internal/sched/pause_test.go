package sched

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// pausedDriver calls slept once, at the first end of a Wait that moves the clock or has found
// a stall. The worker still counts as idle then.
type pausedDriver struct {
	*seededDriver
	slept func()
}

func (d *pausedDriver) Wait(cx *Context, deadline int64) (stalled bool) {
	before := d.now
	stalled = d.seededDriver.Wait(cx, deadline)
	if slept := d.slept; slept != nil && (stalled || d.now != before) {
		d.slept = nil
		slept()
	}
	return stalled
}

// pauseAtEndOfSleep makes the sleep of the worker end in a pause. When the worker stands
// still, or goneOn says that it does not, the pause ends. inspect calls look during the pause.
func pauseAtEndOfSleep(t *testing.T, rt *Runtime, d *pausedDriver, goneOn func() bool, inspect func(look func())) (ended *sync.WaitGroup) {
	ended = &sync.WaitGroup{}
	d.slept = func() {
		begun := make(chan struct{})
		ended.Go(func() {
			resume, still := rt.Pause(time.Minute)
			defer resume()
			if !still {
				t.Error("a worker that sleeps does not stand still")
			}
			inspect(func() {
				close(begun)
				for !rt.stands() && !goneOn() {
					runtime.Gosched()
				}
				if goneOn() {
					t.Error("the worker went on while a report held it")
				}
			})
		})
		<-begun
	}
	return ended
}

// stands reports whether the worker is in standStill.
func (rt *Runtime) stands() bool {
	rt.pause.mu.Lock()
	defer rt.pause.mu.Unlock()
	return rt.pause.standing
}

// A report begins when the clock has moved and the worker has not looked at its timers yet.
// A task that the report asks must not miss its turn among those of its instant.
func TestTimersDoNotFireWhileAReportAsksTheirTasks(t *testing.T) {
	order := func(pauses bool) (order []int) {
		d := &pausedDriver{seededDriver: newSeededDriver(5)}
		rt := New(Config{Driver: d, Stalled: func(bool) { t.Error("stalled") }})
		var sleepers []*funcBody
		for i := range 8 {
			var timer Timer
			sleepers = append(sleepers, newTask(func(cx *Context) bool {
				if timer.Fired() {
					order = append(order, i)
					return true
				}
				cx.Arm(&timer, tick)
				return false
			}))
		}
		ended := &sync.WaitGroup{}
		if pauses {
			asked := &sleepers[2].Task
			ended = pauseAtEndOfSleep(t, rt, d, func() bool { return asked.state.Load()&lifecycle == notified }, func(look func()) {
				if !asked.Inspect(look) {
					t.Error("a task that waits was not asked")
				}
			})
		}
		for _, s := range sleepers {
			if err := rt.Spawn(&s.Task); err != nil {
				t.Fatal(err)
			}
		}
		rt.Start()
		rt.Detach()
		rt.Wait()
		ended.Wait()
		return order
	}
	if with, without := order(true), order(false); !slices.Equal(with, without) {
		t.Errorf("woken in the order %v, want %v", with, without)
	}
}

// What is done about a stall, such as the cancellation of all tasks, waits for the report too.
func TestStallIsNotHandledWhileAReportAsksTheTasks(t *testing.T) {
	d := &pausedDriver{seededDriver: newSeededDriver(5)}
	var isOver, isHandled atomic.Bool
	stuck := newTask(func(*Context) bool { return isOver.Load() })
	rt := New(Config{Driver: d, Stalled: func(bool) {
		isHandled.Store(true)
		isOver.Store(true)
		stuck.Wake()
	}})
	ended := pauseAtEndOfSleep(t, rt, d, isHandled.Load, func(look func()) { look() })
	if err := rt.Spawn(&stuck.Task); err != nil {
		t.Fatal(err)
	}
	rt.Start()
	rt.Detach()
	rt.Wait()
	ended.Wait()
	if !isHandled.Load() {
		t.Error("no task has learned of the stall")
	}
}

// A future that breaks the rules of an inspection makes its task runnable. Then the stall
// that was found before is over.
func TestStallIsOverWhenAReportHasWokenATask(t *testing.T) {
	d := &pausedDriver{seededDriver: newSeededDriver(5)}
	var isOver, isHandled atomic.Bool
	stuck := newTask(func(*Context) bool { return isOver.Load() })
	rt := New(Config{Driver: d, Stalled: func(bool) {
		isHandled.Store(true)
		t.Error("a stall, and a task is runnable")
	}})
	ended := pauseAtEndOfSleep(t, rt, d, isHandled.Load, func(look func()) {
		look()
		stuck.Inspect(func() {
			isOver.Store(true)
			stuck.Wake()
		})
	})
	if err := rt.Spawn(&stuck.Task); err != nil {
		t.Fatal(err)
	}
	rt.Start()
	rt.Detach()
	rt.Wait()
	ended.Wait()
}

// A report of a runtime that has ended has nothing to wait for.
func TestTheWorkerOfARuntimeThatHasEndedStandsStill(t *testing.T) {
	rt := New(Config{Driver: newSeededDriver(5), Stalled: func(bool) { t.Error("stalled") }})
	rt.Start()
	rt.Detach()
	rt.Wait()
	resume, still := rt.Pause(0)
	defer resume()
	if !still {
		t.Error("the worker has ended, and does not count as one that stands still")
	}
}

// Otherwise the clock would hardly move while a goroutine takes one report after the other.
func TestReportDoesNotCountAsABlockingTask(t *testing.T) {
	d := &pausedDriver{seededDriver: newSeededDriver(5)}
	var timer Timer
	sleeper := newTask(func(cx *Context) bool {
		if !timer.Fired() {
			cx.Arm(&timer, tick)
		}
		return timer.Fired()
	})
	rt := New(Config{Driver: d, Stalled: func(bool) { t.Error("stalled") }})
	ended := pauseAtEndOfSleep(t, rt, d, timer.Fired, func(look func()) {
		if n := d.blocking.Load(); n != 0 { // it was 0 when the clock moved
			t.Errorf("the driver knows of %d blocking tasks", n)
		}
		look()
	})
	if err := rt.Spawn(&sleeper.Task); err != nil {
		t.Fatal(err)
	}
	rt.Start()
	rt.Detach()
	rt.Wait()
	ended.Wait()
}
