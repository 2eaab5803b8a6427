package tasktest

import (
	"testing"

	"github.com/edo-go/edo"
)

// GoFrame spawns a task whose frame calls step, which is called until it is done.
func GoFrame(s edo.Spawner, step func(task *edo.Task, st *edo.Step) (done bool, err error), opts ...edo.SpawnOption) *edo.JoinHandle[edo.Unit] {
	return edo.GoStep(s, funcFrame{step: step}, opts...)
}

// funcFrame is a frame that is made of a function.
type funcFrame struct {
	step func(task *edo.Task, st *edo.Step) (done bool, err error)
	st   edo.Step
}

// Poll calls the function.
func (f *funcFrame) Poll(task *edo.Task) (done bool, err error) { return f.step(task, &f.st) }

// FunctionName returns a name.
func (f *funcFrame) FunctionName() string { return "tasktest.frame" }

// RequireStepAllocatesNothing requires that step, a step form of what need not wait, allocates
// nothing.
func RequireStepAllocatesNothing(t *testing.T, name string, step func(task *edo.Task, st *edo.Step) (done bool)) {
	t.Helper()
	n := -1.0
	err := edo.Run(func(task *edo.Task) error {
		_, err := GoFrame(task, func(task *edo.Task, st *edo.Step) (bool, error) {
			n = testing.AllocsPerRun(30, func() { // fewer than the budget
				if !step(task, st) {
					t.Errorf("%s waits", name)
				}
			})
			return true, nil
		}).Await(task)
		return err
	}, Quiet(CurrentThread))
	if n != 0 || err != nil {
		t.Errorf("%s: %v allocations, %v", name, n, err)
	}
}
