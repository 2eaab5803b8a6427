package p

import (
	"testing"

	"github.com/edo-go/edo"
)

func TestInside(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		n, err := hidden(task, 2)
		if n != 4 || err != nil {
			t.Error(n, err)
		}
		if n, err := helper(task); n != 6 || err != nil {
			t.Error(n, err)
		}
		fn := Wait
		if n, err := fn(task, 5); n != 10 || err != nil {
			t.Error(n, err)
		}
		_, err = Start(task).Await(task)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func helper(task *edo.Task) (int, error) { return Wait(task, 3) }

// Exported is for the tests outside.
func Exported(task *edo.Task) (int, error) { return helper(task) }
