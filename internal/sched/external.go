package sched

import (
	"runtime"

	"github.com/edo-go/edo/internal/invariant"
)

// What the goroutine that drives an external task does.

// Suspend marks an external task as idle. False says that a wake came since its
// last poll: poll again at once. After true, Unpark will come, and then Resume.
func (t *Task) Suspend() bool {
	return t.suspend()
}

// Resume begins the poll of an external task that was unparked.
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
