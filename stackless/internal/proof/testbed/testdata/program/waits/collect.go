//go:build !plain

package waits

import (
	"runtime"

	"github.com/edo-go/edo"
)

// Collect waits until the collector has run. Meanwhile the caller is suspended.
func Collect(task *edo.Task) {
	edo.Shielded(task, func(task *edo.Task) error {
		_, err := edo.Go(task.Runtime(), func(task *edo.Task) error {
			runtime.GC()
			return nil
		}).Await(task)
		return err
	})
}
