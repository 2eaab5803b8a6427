package mpsc_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
)

// Each value that frames send is received, or was never accepted, or dropped with the receiver.
func TestNothingIsLostWhenFramesAreAborted(t *testing.T) {
	type sendStep func(task *edo.Task, st *edo.Step, tx *mpsc.Sender[*chaos.Value], v *chaos.Value) (bool, error)
	chaos.Explore(t, 400, func(w *chaos.World) {
		capacity := 1 + w.Rand.IntN(3)
		tx, rx := mpsc.New[*chaos.Value](capacity)
		each := []sendStep{
			func(task *edo.Task, st *edo.Step, tx *mpsc.Sender[*chaos.Value], v *chaos.Value) (bool, error) {
				return tx.SendStep(task, st, v)
			},
			func(task *edo.Task, st *edo.Step, tx *mpsc.Sender[*chaos.Value], v *chaos.Value) (bool, error) {
				return tx.SendTimeoutStep(task, st, v, 5*time.Millisecond)
			},
			func(task *edo.Task, st *edo.Step, tx *mpsc.Sender[*chaos.Value], v *chaos.Value) (bool, error) {
				done, permits, err := tx.ReserveManyStep(task, st, capacity)
				if !done || err != nil {
					return done, err
				}
				defer permits.Drop()
				return true, permits.Send(v)
			},
		}
		for i := range 5 {
			tx, name, send := tx.Clone(), fmt.Sprint("sender ", i), each[w.Rand.IntN(len(each))]
			var v *chaos.Value // that is being sent
			n := 0
			w.Victim(name, tasktest.GoFrame(w.Runtime(), func(task *edo.Task, st *edo.Step) (bool, error) {
				for ; n < 4; n++ {
					if v == nil {
						v = w.Ledger.New(name)
					}
					done, err := send(task, st, tx, v)
					if !done {
						return false, nil
					}
					if err != nil {
						v.Kept()
					}
					if v = nil; errors.Is(err, edo.ErrCancelled) {
						break
					}
				}
				return true, nil
			}, edo.Name(name), edo.Owns(tx)))
		}
		tx.Close()
		h := tasktest.GoFrame(w.Runtime(), receiveAll(rx), edo.Name("receiver"), edo.Owns(rx))
		if w.Rand.IntN(3) == 0 {
			w.Victim("receiver", h)
		}
	})
}

// receiveAll is a step of a task that receives in every way until the end, or until it is
// cancelled.
func receiveAll(rx *mpsc.Receiver[*chaos.Value]) func(task *edo.Task, st *edo.Step) (bool, error) {
	n := 0
	return func(task *edo.Task, st *edo.Step) (done bool, err error) {
		for ; ; n++ {
			var vs []*chaos.Value
			var v *chaos.Value
			switch n % 3 {
			case 0:
				done, vs, err = rx.RecvManyStep(task, nil, 3)
			case 1:
				done, v, err = rx.RecvStep(task)
			default:
				done, v, err = rx.RecvTimeoutStep(task, st, 3*time.Millisecond)
			}
			switch {
			case !done:
				return false, nil
			case errors.Is(err, edo.ErrClosed), errors.Is(err, edo.ErrCancelled):
				return true, nil
			case v != nil:
				vs = append(vs, v)
			}
			for _, v := range vs {
				v.Received()
			}
		}
	}
}

func TestStepFormsThatNeedNotWaitAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := mpsc.New[int](8)
	tasktest.RequireStepAllocatesNothing(t, "a send and a receive", func(task *edo.Task, st *edo.Step) bool {
		sent, err := tx.SendStep(task, st, 1)
		received, v, err2 := rx.RecvStep(task)
		return sent && received && err == nil && err2 == nil && v == 1
	})
	tasktest.RequireStepAllocatesNothing(t, "with time limits", func(task *edo.Task, st *edo.Step) bool {
		sent, err := tx.SendTimeoutStep(task, st, 1, time.Second)
		received, v, err2 := rx.RecvTimeoutStep(task, st, time.Second)
		return sent && received && err == nil && err2 == nil && v == 1
	})
}
