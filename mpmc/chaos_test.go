package mpmc_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/mpmc"
)

// TestNothingIsLostWhenTasksAreAborted has tasks that send in every way, and are aborted
// at random: each value is received, or was never accepted, or dropped with the receiver;
// the line moves on, and all room comes back.
func TestNothingIsLostWhenTasksAreAborted(t *testing.T) {
	chaos.Explore(t, 400, func(w *chaos.World) {
		capacity := 1 + w.Rand.IntN(4)
		tx, rx := mpmc.New[value](capacity)
		// each sends one value of its own, which is still its own after an error.
		each := []func(task *edo.Task, tx *mpmc.Sender[value], v value) error{
			func(task *edo.Task, tx *mpmc.Sender[value], v value) error { return tx.Send(task, v) },
			func(task *edo.Task, tx *mpmc.Sender[value], v value) error {
				return tx.SendTimeout(task, v, time.Duration(w.Rand.IntN(20))*time.Millisecond)
			},
			func(task *edo.Task, tx *mpmc.Sender[value], v value) error {
				permit, err := tx.Reserve(task)
				if err != nil {
					return err
				}
				defer permit.Drop()
				if err := edo.Yield(task); err != nil {
					return err
				}
				return permit.Send(v)
			},
			func(task *edo.Task, tx *mpmc.Sender[value], v value) error {
				permits, err := tx.ReserveMany(task, capacity)
				if err != nil {
					return err
				}
				defer permits.Drop()
				if err := edo.Yield(task); err != nil {
					return err
				}
				return permits.Send(v)
			},
			func(task *edo.Task, tx *mpmc.Sender[value], v value) error {
				f := tx.SendFuture(v)
				if _, err := edo.Await(task, f); err != nil {
					if _, unsent := f.Unsent(); unsent {
						return err
					}
				}
				return nil
			},
		}
		for i := range 6 {
			tx, name := tx.Clone(), fmt.Sprint("sender ", i)
			send := each[w.Rand.IntN(len(each))]
			w.Go(name, func(task *edo.Task) error {
				for range 4 {
					v := w.Ledger.New(name)
					err := send(task, tx, v)
					if err != nil {
						v.Kept()
					}
					if errors.Is(err, edo.ErrCancelled) || errors.Is(err, edo.ErrClosed) {
						return nil
					}
				}
				return nil
			}, edo.Owns(tx))
		}
		weak := tx.Downgrade()
		tx.Close()
		closes := w.Rand.IntN(3) == 0
		w.Steady("receiver", func(task *edo.Task) error {
			defer rx.Drop()
			last := map[string]int{}
			var buf []value
			for n := 0; ; n++ {
				if closes && n == 5 {
					rx.Close()
				}
				var err error
				if n%3 == 0 {
					buf, err = rx.RecvMany(task, buf[:0], 3)
				} else {
					var v value
					v, err = rx.Recv(task)
					buf = append(buf[:0], v)
				}
				if errors.Is(err, edo.ErrClosed) {
					return nil
				} else if err != nil {
					return err
				}
				for _, v := range buf {
					v.Received()
					if v.N() < last[v.Owner()] {
						w.Errorf("%v came after value %d", v, last[v.Owner()])
					}
					last[v.Owner()] = v.N()
				}
			}
		})
		w.Check(func() error {
			if err := rx.Check(); err != nil {
				return err
			}
			if rx.Cap() != capacity || rx.StrongCount() != 0 {
				return fmt.Errorf("Cap() = %d of %d, and %d handles, at the end", rx.Cap(), capacity, rx.StrongCount())
			}
			if _, ok := weak.Upgrade(); ok {
				return errors.New("a weak handle was upgraded after the end")
			}
			return nil
		})
	})
}

// TestReceiverThatIsAbortedLeavesNothingBehind aborts the receiver too, which drops what
// is buffered: no task waits for it any longer, neither to send nor for its end.
func TestReceiverThatIsAbortedLeavesNothingBehind(t *testing.T) {
	chaos.Explore(t, 300, func(w *chaos.World) {
		tx, rx := mpmc.New[*chaos.Value](1 + w.Rand.IntN(3))
		sends := func(tx *mpmc.Sender[*chaos.Value], name string) func(task *edo.Task) error {
			return func(task *edo.Task) error {
				for range 5 {
					v := w.Ledger.New(name)
					if err := tx.Send(task, v); err != nil {
						v.Kept()
						return nil
					}
				}
				return nil
			}
		}
		for i := range 4 {
			tx, name := tx.Clone(), fmt.Sprint("sender ", i)
			w.Go(name, sends(tx, name), edo.Owns(tx))
		}
		enough := tx.Clone()
		w.Steady("sender of enough", sends(enough, "sender of enough"), edo.Owns(enough))
		for i := range 2 {
			tx := tx.Clone()
			w.Go(fmt.Sprint("watcher ", i), func(task *edo.Task) error {
				if err := tx.Closed(task); !errors.Is(err, edo.ErrCancelled) {
					return err
				}
				return nil
			}, edo.Owns(tx))
		}
		tx.Close()
		w.Go("receiver", func(task *edo.Task) error {
			for range 5 {
				v, err := rx.Recv(task)
				if err != nil {
					return nil
				}
				v.Received()
			}
			return nil
		}, edo.Owns(rx))
		w.Check(func() error {
			if _, err := rx.TryRecv(); !errors.Is(err, edo.ErrClosed) {
				return fmt.Errorf("TryRecv at the end = %v", err)
			}
			return rx.Check()
		})
	})
}
