//go:build !plain

package waits

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/timer"
)

// Later returns the receiver of a value that another task sends.
func Later(task *edo.Task, v int) *oneshot.Receiver[int] {
	tx, rx := oneshot.New[int]()
	edo.Go(task.Runtime(), func(task *edo.Task) error {
		if v%2 == 0 {
			timer.Sleep(task, time.Millisecond)
		}
		tx.Send(v) // its receiver may be dropped
		return nil
	}, edo.Owns(tx))
	return rx
}
