// Package timer stands for edo's in the plain build: no time passes.
package timer

import (
	"time"

	"github.com/edo-go/edo"
)

// Sleep does nothing. One of no time does not suspend.
func Sleep(task *edo.Task, d time.Duration) error {
	if d <= 0 {
		return task.Err()
	}
	return edo.Yield(task)
}
