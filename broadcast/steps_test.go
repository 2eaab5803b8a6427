package broadcast_test

import (
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestStepFormsDoWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) (w tasktest.World) {
		tx, first := broadcast.New[int](1 + r.IntN(2))
		second := first.Resubscribe()
		for _, rx := range []*broadcast.Receiver[int]{first, second} {
			w.Ops = append(w.Ops, tasktest.OpOf("Recv", rx.Recv, tasktest.WithoutStep(rx.RecvStep)))
			w.Events = append(w.Events, rx.Close)
		}
		w.Ops = append(w.Ops, tasktest.OpOfError("Closed", tx.Closed, tx.ClosedStep))
		for i := range 5 {
			w.Events = append(w.Events, func() { tx.Send(i) })
		}
		w.Events = append(w.Events, func() { second = tx.Subscribe() }, tx.Clone().Close)
		if r.IntN(4) == 0 {
			w.Events = append(w.Events, tx.Close)
		}
		return w
	})
}
