package oneshot_test

import (
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/oneshot"
)

func TestStepFormsDoWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(*rand.Rand) (w tasktest.World) {
		for i := range 3 {
			tx, rx := oneshot.New[int]()
			w.Ops = append(w.Ops,
				tasktest.OpOf("Recv", rx.Recv, tasktest.WithoutStep(rx.RecvStep)),
				tasktest.OpOfError("Closed", tx.Closed, tasktest.ErrorWithoutStep(tx.ClosedStep)))
			w.Events = append(w.Events, func() { tx.Send(i) }, tx.Close, rx.Close)
		}
		return w
	})
}
