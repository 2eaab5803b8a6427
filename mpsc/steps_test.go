package mpsc_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
)

func TestStepFormsDoWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) (w tasktest.World) {
		tx, rx := mpsc.New[int](1 + r.IntN(3))
		clone := tx.Clone()
		w.End = func() {
			for _, tx := range []*mpsc.Sender[int]{tx, clone} {
				if n := tx.Watches(); n != 0 && !tx.IsClosed() {
					t.Errorf("%d tasks have ended, and wait in Closed", n)
				}
				tx.Close()
			}
			rx.Drop()
		}
		for i, tx := range []*mpsc.Sender[int]{tx, clone} {
			w.Ops = append(w.Ops, senderOps(tx, i)...)
			w.Events = append(w.Events, func() { tx.TrySend(10 + i) }, func() { tx.TrySend(20 + i) })
		}
		for _, d := range []time.Duration{0, time.Millisecond} {
			w.Ops = append(w.Ops, tasktest.OpOf(nameOf("RecvTimeout", d),
				func(task *edo.Task) (int, error) { return rx.RecvTimeout(task, d) },
				func(task *edo.Task, st *edo.Step) (bool, int, error) { return rx.RecvTimeoutStep(task, st, d) }))
		}
		for range 3 {
			w.Ops = append(w.Ops,
				tasktest.OpOf("Recv", rx.Recv, tasktest.WithoutStep(rx.RecvStep)),
				recvMany(rx, "RecvMany", 3))
		}
		w.Ops = append(w.Ops, recvMany(rx, "RecvMany of none", 0))
		if r.IntN(3) == 0 {
			w.Events = append(w.Events, clone.Close, rx.Close, tx.Close)
		}
		return w
	}, "RecvTimeout 0s cancelled", "RecvMany of none cancelled", "SendTimeout 0s cancelled", "ReserveMany 0 cancelled", "ReserveMany 100 cancelled")
}

// nameOf returns the name of an operation with a time limit.
func nameOf(name string, d time.Duration) string { return name + " " + d.String() }

// recvMany is a RecvMany that appends to one message.
func recvMany(rx *mpsc.Receiver[int], name string, limit int) tasktest.Op {
	return tasktest.OpOf(name,
		func(task *edo.Task) ([]int, error) { return rx.RecvMany(task, []int{-1}, limit) },
		func(task *edo.Task, _ *edo.Step) (bool, []int, error) {
			return rx.RecvManyStep(task, []int{-1}, limit)
		})
}

// senderOps are the operations of a sender.
func senderOps(tx *mpsc.Sender[int], v int) (ops []tasktest.Op) {
	for _, d := range []time.Duration{0, time.Millisecond} {
		ops = append(ops, tasktest.OpOfError(nameOf("SendTimeout", d),
			func(task *edo.Task) error { return tx.SendTimeout(task, v, d) },
			func(task *edo.Task, st *edo.Step) (bool, error) { return tx.SendTimeoutStep(task, st, v, d) }))
	}
	for _, n := range []int{0, 2, 100} {
		ops = append(ops, tasktest.OpOf(fmt.Sprint("ReserveMany ", n),
			func(task *edo.Task) (int, error) { return use(tx.ReserveMany(task, n)) },
			func(task *edo.Task, st *edo.Step) (bool, int, error) {
				done, p, err := tx.ReserveManyStep(task, st, n)
				v, err := use(p, err)
				return done, v, err
			}))
	}
	return append(ops,
		tasktest.OpOfError("Send",
			func(task *edo.Task) error { return tx.Send(task, v) },
			func(task *edo.Task, st *edo.Step) (bool, error) { return tx.SendStep(task, st, v) }),
		tasktest.OpOfError("Reserve",
			func(task *edo.Task) error { return useOne(tx.Reserve(task)) },
			func(task *edo.Task, st *edo.Step) (bool, error) {
				done, p, err := tx.ReserveStep(task, st)
				return done, useOne(p, err)
			}),
		tasktest.OpOfError("Closed", tx.Closed, tx.ClosedStep))
}

// use sends with one of the permits, if there are any, and drops the others. It returns how many
// there were.
func use(p *mpsc.Permits[int], err error) (n int, _ error) {
	if p == nil {
		return 0, err
	}
	n = p.Len()
	p.Send(n)
	p.Drop()
	return n, err
}

// useOne sends with a permit, if there is one.
func useOne(p *mpsc.Permit[int], err error) error {
	if p != nil {
		p.Send(-2)
	}
	return err
}
