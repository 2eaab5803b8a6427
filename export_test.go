package edo

import (
	"time"

	"github.com/edo-go/edo/internal/gid"
)

// Below returns how many c would reach directly.
func (c *Cancel) Below() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.below.len()
}

// IsDropped says whether c was dropped.
func (c *Cancel) IsDropped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dropped
}

// ValuesOf returns how many values the task of t has.
func ValuesOf(t *Task) int { return len(peek(t.head).bonds.values) }

// Stalls says whether nothing can happen any more, as a real runtime decides it. It
// reports it too, if it has not before.
func (rt *Runtime) Stalls() bool { return rt.sched.Quiet() && rt.quiet() }

// Open says whether somebody who is no task may still spawn.
func (rt *Runtime) Open() bool { return rt.sched.Metrics().Open }

// PollingHere returns the runtime whose worker polls on the goroutine of the caller.
func PollingHere() *Runtime {
	for _, rt := range runtimes.list() {
		if rt.sched.OnGoroutine(gid.Get()) {
			return rt
		}
	}
	return nil
}

// RemindSoon makes a program that was asked to end say what it waits for at once, and
// again and again, on the channel that it returns, until the test ends.
func RemindSoon(t interface{ Cleanup(func()) }) <-chan string {
	after, every, on := remindAfter, remindEvery, remindOn
	lines := make(lineChan)
	remindAfter, remindEvery, remindOn = time.Millisecond, time.Millisecond, lines
	t.Cleanup(func() { remindAfter, remindEvery, remindOn = after, every, on })
	return lines
}

// lineChan takes what is written, and drops what is not received at once.
type lineChan chan string

func (c lineChan) Write(p []byte) (int, error) {
	select {
	case c <- string(p):
	default:
	}
	return len(p), nil
}
