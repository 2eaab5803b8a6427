package mpmc_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// A Select whose handler takes long keeps no message from the other receivers, although
// one of its branches has waited for one longer than they have.
func TestReceiverThatLostInASelectHoldsNothingBack(t *testing.T) {
	sim.Explore(t, 50, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			tx, rx := mpmc.New[int](1)
			defer tx.Close()
			busy := rx.Clone()
			h := edo.Go(task, func(task *edo.Task) error {
				soon := timer.SleepFuture(time.Millisecond)
				defer soon.Drop()
				return selector.New(
					selector.On(busy, func(n int, err error) error { return fmt.Errorf("received %d, %v", n, err) }),
					selector.OnFuture(soon, func(edo.Unit, error) error { return timer.Sleep(task, time.Hour) }),
				).Next(task)
			}, edo.Owns(busy))
			timer.Sleep(task, 2*time.Millisecond)
			other := edo.Go(task, func(task *edo.Task) error { _, err := rx.Recv(task); return err })
			timer.Sleep(task, time.Millisecond)
			begin := timer.Now(task)
			if err := tx.Send(task, 1); err != nil {
				return err
			}
			if _, err := other.Await(task); err != nil {
				return err
			}
			if d := timer.Now(task).Sub(begin); d != 0 {
				return fmt.Errorf("the message was held back for %v", d)
			}
			_, err := h.Await(task)
			return err
		})
	})
}

// So does a task that has given up an edo.Next, or a turn of a Select.
func TestReceiveThatWasCancelledInNextOrSelectHoldsNothingBack(t *testing.T) {
	for name, wait := range map[string]func(task *edo.Task, rx *mpmc.Receiver[int]) error{
		"Next": func(task *edo.Task, rx *mpmc.Receiver[int]) error { _, err := byNext(task, rx); return err },
		"Select": func(task *edo.Task, rx *mpmc.Receiver[int]) error {
			return selector.New(selector.On(rx, func(int, error) error { return nil })).Next(task)
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := sim.Run(1, func(task *edo.Task) error {
				tx, rx := mpmc.New[int](1)
				defer tx.Close()
				kept := rx.Clone()
				defer kept.Drop()
				h := edo.Go(task, func(task *edo.Task) error { return wait(task, kept) })
				edo.Yield(task)
				chantest.TrySend(t, tx, 1, nil) // promised to kept
				h.Abort()
				if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
					return err
				}
				_, err := rx.RecvTimeout(task, time.Second)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
