package edo_test

import (
	"testing"

	"github.com/edo-go/edo"
)

// answer is a frame that returns a value of any size, and the name that its task has.
type answer[T any] struct {
	v    T
	name *string
}

func (a *answer[T]) Poll(task *edo.Task) (done bool, v T, err error) {
	*a.name = task.Name()
	return true, a.v, nil
}

func (*answer[T]) FunctionName() string { return "main.answer" }

func requireNamed[T comparable](t *testing.T, task *edo.Task, v T) {
	var name string
	got, err := edo.GoValueStep[T](task, answer[T]{v, &name}, edo.Name("given")).Await(task)
	if got != v || err != nil || name != "given" {
		t.Errorf("%T: got %v, %v, in a task named %q", v, got, err, name)
	}
	got, err = edo.GoValueStep[T](task, answer[T]{v, &name}).Await(task)
	if got != v || err != nil || name != "main.answer" {
		t.Errorf("%T: got %v, %v, in a task named %q", v, got, err, name)
	}
	got, err = edo.Await(task, edo.AsyncStep[T](answer[T]{v, &name}))
	if got != v || err != nil || name != "main.answer" {
		t.Errorf("%T: got %v, %v, in a future named %q", v, got, err, name)
	}
}

func TestTheTaskOfAFrameFindsItsNameWhateverTheValueIs(t *testing.T) {
	if err := edo.Run(func(task *edo.Task) error {
		requireNamed(t, task, struct{}{})
		requireNamed(t, task, true)
		requireNamed(t, task, [3]byte{1, 2, 3})
		requireNamed(t, task, 7)
		requireNamed(t, task, "value")
		requireNamed(t, task, [5]uint16{1, 2})
		requireNamed(t, task, complex(1, 2))
		return nil
	}); err != nil {
		t.Error(err)
	}
}
