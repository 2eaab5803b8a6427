package watch_test

import (
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/watch"
)

func TestStepFormsDoWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) (w tasktest.World) {
		tx, first := watch.New(0)
		for _, rx := range []*watch.Receiver[int]{first, first.Clone(), first.Clone()} {
			w.Ops = append(w.Ops, tasktest.OpOfError("Changed", rx.Changed, tasktest.ErrorWithoutStep(rx.ChangedStep)),
				waitFor(rx, "WaitFor", func(v int) bool { return v >= 2 }),
				waitFor(rx, "WaitFor with a panic", func(v int) bool {
					if v == 3 {
						panic("three")
					}
					return v >= 4
				}))
			if r.IntN(4) == 0 {
				w.Events = append(w.Events, rx.Close)
			}
		}
		w.Ops = append(w.Ops, tasktest.OpOfError("Closed", tx.Closed, tx.ClosedStep))
		for i := range 5 {
			w.Events = append(w.Events, func() { tx.Send(i) })
		}
		if r.IntN(4) == 0 {
			w.Events = append(w.Events, tx.Close)
		}
		return w
	})
}

// waitFor is a WaitFor.
func waitFor(rx *watch.Receiver[int], name string, pred func(v int) bool) tasktest.Op {
	return tasktest.OpOf(name,
		func(task *edo.Task) (int, error) { return rx.WaitFor(task, pred) },
		func(task *edo.Task, st *edo.Step) (bool, int, error) { return rx.WaitForStep(task, st, pred) })
}
