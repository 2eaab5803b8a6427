package edo

import (
	"context"
	"fmt"
	"sync/atomic"
)

// Shielded calls fn, inside of which the operations of task ignore that the task was
// cancelled, and may wait: for clean-up that must be completed, such as telling the
// other side that one goes. [Task.Err] is nil inside, and [Task.Context] is one that
// ends with fn. Afterwards the cancellation is seen again. It returns what fn
// returns, and costs one allocation.
//
// fn should not take long: whoever waits for the task, as Shutdown does, waits for it.
// A scope inside fn has its own cancellation, and so has a function in direct style that
// fn awaits: its waits go on too, but its own Err and Context tell of the cancellation.
// In the simulator, where a wait that nothing can end is found out, shields give way when
// that happens a second time; and for a [Block], whose runtime does not wait for it, when
// the runtime has ended.
func Shielded(task *Task, fn func(task *Task) error) error {
	if err := task.check(); err != nil {
		return err
	}
	if task.polls {
		return fmt.Errorf("edo: Shielded inside a future that Task of %s awaits: in a poll nothing can wait", task.Name())
	}
	r := &region{outer: task.region}
	task.region = r
	defer func() {
		task.region = r.outer
		if r.end != nil {
			r.end(context.Canceled)
		}
	}()
	if err := task.Proceed(nil); err != nil { // one that is called in a loop gives way
		return err
	}
	return fn(task)
}

// shields says whether those of a runtime hold. broken is set before the tasks are
// cancelled that are to see it.
type shields struct{ strained, broken atomic.Bool }

// strain is called when nothing can happen any more and all tasks will be cancelled.
// When that was not enough the last time, shields give way.
func (s *shields) strain() {
	if s.strained.Swap(true) {
		s.broken.Store(true)
	}
}
