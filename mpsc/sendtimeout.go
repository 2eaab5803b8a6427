package mpsc

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/alarm"
	"github.com/edo-go/edo/internal/inside"
)

// SendTimeout is [Sender.Send] that waits in line for d at the most, on the clock of the
// runtime, which is virtual in the simulator. When the time is up and v was not accepted, the
// error matches [context.DeadlineExceeded]: v was not sent, and is still the caller's. With a
// d of zero or less it does not wait. It allocates nothing.
func (tx *Sender[T]) SendTimeout(task *edo.Task, v T, d time.Duration) error {
	if err := task.Proceed((*sending[T])(tx)); err != nil {
		return err
	}
	c, cx := tx.ch, inside.Context(task)
	c.mu.Lock()
	err := c.checkRoom(tx)
	if err == errFull && d <= 0 {
		c.mu.Unlock()
		return errSendTimeout
	}
	w, err := c.enqueueSend(cx, tx, v, err)
	if w == nil {
		return err
	}
	a := alarm.Set(task, w, d, errSendTimeout)
	err = c.awaitWaiter(task, w, a)
	a.Stop()
	return err
}
