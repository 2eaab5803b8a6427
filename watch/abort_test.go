package watch_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/watch"
)

// TestNoValueIsMissedWhenTasksAreAborted has tasks that are aborted while they wait, and tasks
// that go on with the receivers of those. A value that an aborted task did not get is unseen,
// so each receiver sees the last value.
func TestNoValueIsMissedWhenTasksAreAborted(t *testing.T) {
	chaos.Explore(t, 300, func(w *chaos.World) {
		tx, rx := watch.New(0)
		var senders []*edo.JoinHandle[edo.Unit]
		early := w.Rand.IntN(2) == 0 // the receivers may leave before the end
		for i := range 4 {
			rx := rx
			if i > 0 {
				rx = tx.Subscribe()
			}
			last, left := 0, 1000
			if early {
				left = w.Rand.IntN(6)
			}
			checkValue := func(v int) error {
				if v < last || v == last && i%2 == 0 {
					return fmt.Errorf("%d after %d", v, last)
				}
				last = v
				left--
				return nil
			}
			receive := func(task *edo.Task) (err error) {
				for err == nil && left > 0 {
					switch i % 2 {
					case 0:
						var v int
						if v, err = rx.WaitFor(task, func(v int) bool { return v > last }); err == nil {
							err = checkValue(v)
						}
					case 1:
						if err = rx.Changed(task); err == nil {
							err = checkValue(rx.BorrowAndUpdate())
						}
					}
				}
				if errors.Is(err, edo.ErrClosed) {
					err = nil
					if v := rx.Borrow(); v != last {
						err = fmt.Errorf("has seen %d last, and not %d", last, v)
					}
				}
				return err
			}
			first := w.Go(fmt.Sprint("receiver ", i), receive)
			w.Steady(fmt.Sprint("heir ", i), func(task *edo.Task) error {
				defer rx.Drop()
				if _, err := first.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) {
					return err
				}
				return receive(task)
			})
		}
		for i := range 3 {
			tx := tx.Clone()
			senders = append(senders, w.Go(fmt.Sprint("sender ", i), func(task *edo.Task) error {
				defer tx.Close()
				for range 6 {
					tx.SendModify(func(v *int) { *v++ })
					if err := edo.Yield(task); err != nil {
						return err
					}
				}
				return nil
			}, edo.Owns(tx)))
		}
		for i := range 2 {
			w.Go(fmt.Sprint("watcher ", i), tx.Closed)
			chaos.Spawn(w, fmt.Sprint("future watcher ", i), tx.ClosedFuture())
		}
		w.Steady("end", func(task *edo.Task) error {
			for _, h := range senders {
				if _, err := h.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) {
					return err
				}
			}
			tx.Close()
			return nil
		})
		w.Check(func() error {
			if n := tx.ReceiverCount() + tx.SenderCount(); n != 0 {
				return fmt.Errorf("%d receivers and %d senders are left", tx.ReceiverCount(), tx.SenderCount())
			}
			return tx.Check()
		})
	})
}
