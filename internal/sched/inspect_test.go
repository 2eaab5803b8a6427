package sched

import (
	"runtime"
	"sync/atomic"
	"testing"
)

// Two reports may ask the same task at the same time. If the second took that for a task that
// runs, it would not say what the task waits for, and could miss an island.
func TestTaskThatTwoReportsAskAnswersBoth(t *testing.T) {
	var isOver atomic.Bool
	f := newTask(func(*Context) bool { return isOver.Load() })
	runOn(t, Config{Workers: 1, Driver: newClockDriver()}, func(cx *Context) bool {
		cx.Spawn(&f.Task)
		go func() {
			for !f.IsIdle() {
				runtime.Gosched()
			}
			for range 100 {
				begun, asked := make(chan struct{}), make(chan bool)
				go func() {
					<-begun
					asked <- f.Inspect(func() {})
				}()
				first := f.Inspect(func() {
					close(begun)
					for range 10 {
						runtime.Gosched()
					}
				})
				if second := <-asked; !first || !second {
					t.Errorf("the first was answered: %v, the second: %v", first, second)
				}
			}
			isOver.Store(true)
			f.Wake()
		}()
		return true
	})
}

// The task may be asked by the goroutine that asks it already, through what it waits for.
func TestTaskThatIsAskedWhileTheSameGoroutineAsksItIsNotWaitedForForever(t *testing.T) {
	var isOver atomic.Bool
	f := newTask(func(*Context) bool { return isOver.Load() })
	runOn(t, Config{Workers: 1, Driver: newClockDriver()}, func(cx *Context) bool {
		cx.Spawn(&f.Task)
		go func() {
			for !f.IsIdle() {
				runtime.Gosched()
			}
			isAnswered := true
			f.Inspect(func() { isAnswered = f.Inspect(func() {}) })
			if isAnswered {
				t.Error("it was asked twice at the same time")
			}
			isOver.Store(true)
			f.Wake()
		}()
		return true
	})
}
