package timer_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/timer"
)

func TestStepFormsDoWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) (w tasktest.World) {
		every := timer.NewInterval(2 * time.Millisecond)
		limit := timer.NewLimiter(timer.PerSecond(500), 2)
		for i := range 4 {
			d := time.Duration(i-1) * time.Millisecond
			w.Ops = append(w.Ops, tasktest.OpOfError(fmt.Sprint("Sleep ", d),
				func(task *edo.Task) error { return timer.Sleep(task, d) },
				func(task *edo.Task, st *edo.Step) (bool, error) { return timer.SleepStep(task, st, d) }))
			w.Ops = append(w.Ops, tasktest.OpOfError(fmt.Sprint("WaitN ", i),
				func(task *edo.Task) error { return limit.WaitN(task, i) },
				func(task *edo.Task, st *edo.Step) (bool, error) { return limit.WaitNStep(task, st, i) }))
		}
		w.Ops = append(w.Ops, tasktest.OpOfError("Wait", limit.Wait, limit.WaitStep),
			tasktest.OpOf("Tick", every.Tick, tasktest.WithoutStep(every.TickStep)))
		w.Events = append(w.Events, every.Reset, func() { limit.SetRate(timer.PerSecond(100 + r.IntN(900))) })
		return w
	}, "Sleep -1ms cancelled", "Sleep 0s cancelled", "WaitN 0 cancelled", "WaitN 3 cancelled",
		"Sleep 1ms done at once", "Sleep 2ms done at once")
}
