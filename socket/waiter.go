package socket

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// A waiter names the task that the driver keeps for a future, if it keeps one. The driver
// has the only list of the tasks that wait; the future needs the task to remove it from
// there, when the future moves to another task or is dropped.
type waiter struct{ task *sched.Task }

// replace makes w the task of cx, which the driver keeps now. It returns another task that
// the driver keeps still: the caller removes that one.
func (w *waiter) replace(cx *edo.Context) (before *sched.Task) {
	if t := (*sched.Context)(cx).Task(); t != w.task {
		before, w.task = w.task, t
	}
	return before
}

// clear empties w and returns the task.
func (w *waiter) clear() *sched.Task {
	t := w.task
	w.task = nil
	return t
}
