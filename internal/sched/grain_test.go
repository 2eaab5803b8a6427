package sched

import (
	"sync"
	"testing"
)

// A worker whose polls were short keeps a few tasks to itself. When they turn out to be
// long another worker comes and shares in them: here each waits for another one that
// runs at the same time.
func TestTasksThatTurnOutToBeLongAreShared(t *testing.T) {
	run(t, 2, func(cx *Context) bool {
		short := 10 * lookEvery
		var first sync.WaitGroup
		cx.Spawn(&task(func(cx *Context) bool {
			if short--; short > 0 { // until the worker knows that polls are short
				cx.Yield()
				return false
			}
			first.Add(2)
			for range 2 {
				cx.Spawn(&task(func(cx *Context) bool {
					first.Done()
					first.Wait() // without the other one this never returns, and the test is hung
					return true
				}).Task)
			}
			return true
		}).Task)
		return true
	})
}
