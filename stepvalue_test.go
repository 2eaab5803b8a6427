package edo_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestAStepThatIsAskedForIsNotTakenByAnotherGoroutine(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		_, err := edo.GoStep(task, tasktest.Frame{Steps: []tasktest.StepFunc{func(task *edo.Task, _ *edo.Step) (bool, error) {
			var s edo.Step
			fn := edo.Stepper(func(task *edo.Task) error { return edo.Yield(task) })
			if !edo.AskStep(task, &s, fn) {
				t.Error("the function is not known")
			}
			taken := make(chan *edo.Step)
			go func() { taken <- edo.TakeStep(task) }() //edo:allow taskuse that it does nothing is what is tested
			if got := <-taken; got != nil {
				t.Error("another goroutine has taken the step")
			}
			if edo.TakeStep(task) != &s {
				t.Error("the step was not there any more")
			}
			return true, nil
		}}}).Await(task)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
