//go:build !plain

package forms

import (
	"runtime"

	"github.com/edo-go/edo"
	"proof.test/trace"
)

// FormGoexit ends its task from inside, which the plain build cannot.
func FormGoexit(task *edo.Task, t *trace.T) error {
	_, err := edo.GoValue(task, func(task *edo.Task) (int, error) {
		defer t.At(1)
		edo.Yield(task)
		defer func() { t.At(2, recover()) }()
		runtime.Goexit()
		return 1, nil
	}).Await(task)
	t.At(3, err != nil)
	return err
}
