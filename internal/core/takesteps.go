package core

import (
	"errors"

	"github.com/edo-go/edo/internal/sched"
)

// TakeSteps takes the steps of a function that was compiled, for a caller in direct style,
// which waits between them.
func (t *Task) TakeSteps(step func() (done bool)) {
	for !step() {
		t.Suspend(Ignoring) // the step that waits sees a cancellation itself
		t.IsResumed = true
	}
}

// StepInPoll takes the one step of a function that was compiled, in a poll by cx, where nothing
// can wait. The Task that step gets is one that was cancelled, and that no shield shields.
// It spawns as the task does that polls.
func StepInPoll(cx *sched.Context, step func(t *Task) (done bool)) error {
	t := &StackTask{Task: Task{IsCancelled: true, Polls: true, place: inStackTask}}
	t.EnterPoll(cx)
	defer t.Finish()
	if !step(&t.Task) {
		return errors.New("edo: a handler waits in a poll, where nothing can wait")
	}
	return nil
}
