package sched

import (
	"sync"
	"testing"
)

// A worker with short polls keeps a few tasks for itself. If these tasks turn out to be
// long, another worker takes some of them. Here each task waits for another one that runs
// at the same time.
func TestTasksThatTurnOutToBeLongAreShared(t *testing.T) {
	run(t, 2, func(cx *Context) bool {
		short := 10 * lookEvery
		var first sync.WaitGroup
		cx.Spawn(&newTask(func(cx *Context) bool {
			if short--; short > 0 { // until the worker knows that polls are short
				cx.Yield()
				return false
			}
			first.Add(2)
			for range 2 {
				cx.Spawn(&newTask(func(cx *Context) bool {
					first.Done()
					first.Wait() // without the other task this never returns, and the test hangs
					return true
				}).Task)
			}
			return true
		}).Task)
		return true
	})
}
