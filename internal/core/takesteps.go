package core

// TakeSteps takes the steps of a function that was compiled, for a caller in direct style,
// which waits between them.
func (t *Task) TakeSteps(step func() (done bool)) {
	for !step() {
		t.Suspend(Ignoring) // the step that waits sees a cancellation itself
		t.IsResumed = true
	}
}
