package sched

import (
	"runtime"

	"github.com/edo-go/edo/internal/invariant"
)

// An external task is driven by a goroutine outside the workers. That goroutine calls
// these methods.

// Suspend ends a poll (rule W3). It returns false if a wake came since the poll began:
// poll again at once. After true, Unpark will be called; then call Resume.
func (t *Task) Suspend() bool {
	return t.suspend()
}

// Resume begins a poll after Unpark (rule W2).
func (t *Task) Resume() { t.begin() }

// Enter makes an idle external task active without a wake. It waits for a
// wake that is under way on another goroutine.
func (t *Task) Enter() {
	for {
		s := t.state.Load()
		if s&lifecycle == idle && t.state.CompareAndSwap(s, s&^lifecycle|active) {
			return
		}
		if invariant.Enabled {
			invariant.Step("spin: Task.Enter")
		}
		runtime.Gosched()
	}
}

// RegisterExternal puts an external task into the registry.
func (rt *Runtime) RegisterExternal(t *Task) { rt.register(t, 0) }

// UnregisterExternal takes an external task out of the registry.
func (rt *Runtime) UnregisterExternal(t *Task) { rt.unregister(t) }

// externalCounter is a driver that needs the number of external tasks that run: the
// simulated one, whose clock must not jump meanwhile.
type externalCounter interface{ AddBlocking(delta int) }

// CountExternal notes that delta more goroutines run external tasks.
func (rt *Runtime) CountExternal(delta int) {
	rt.moves.Add(1)
	rt.externals.Add(int64(delta))
	if rt.counts != nil {
		rt.counts.AddBlocking(delta)
	}
}
