package own_test

import "github.com/edo-go/edo"

// valueFrame is the frame of a function that calls run, which is not compiled: a step of it
// borrows a coroutine.
type valueFrame struct {
	run func(task *edo.Task) (edo.Unit, error)
	v   edo.Unit
	err error
	st  edo.Step
}

// Poll is a step.
func (f *valueFrame) Poll(task *edo.Task) (done bool, v edo.Unit, err error) {
	done = edo.BorrowStep(task, &f.st, func(task *edo.Task) { f.v, f.err = f.run(task) })
	return done, f.v, f.err
}

// FunctionName is the name of the function.
func (*valueFrame) FunctionName() string { return "own_test.run" }

// errorFrame is a valueFrame without the value.
type errorFrame struct{ f valueFrame }

// Poll is a step.
func (f *errorFrame) Poll(task *edo.Task) (done bool, err error) {
	done, _, err = f.f.Poll(task)
	return done, err
}

// FunctionName is the name of the function.
func (*errorFrame) FunctionName() string { return "own_test.run" }
