package oneshot_test

import (
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
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

// BenchmarkStepRecv receives in the frame of a compiled function.
func BenchmarkStepRecv(b *testing.B) {
	b.ReportAllocs()
	if err := edo.Run(func(task *edo.Task) error {
		_, err := tasktest.GoFrame(task, func(task *edo.Task, _ *edo.Step) (bool, error) {
			for b.Loop() {
				inside.Task(task).Cx.SetBudget(1 << 20)
				tx, rx := oneshot.New[int]()
				tx.Send(1)
				rx.RecvStep(task)
			}
			return true, nil
		}).Await(task)
		return err
	}, tasktest.Quiet(tasktest.CurrentThread)); err != nil {
		b.Fatal(err)
	}
}
