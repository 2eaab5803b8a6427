package timer_test

import (
	"errors"
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

// The function of a Timeout waits twice, and then returns, with an error or without, or panics.
func TestStepFormOfTimeoutDoesWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) (w tasktest.World) {
		for i, end := range []func() (string, error){
			func() (string, error) { return "value", nil },
			func() (string, error) { return "late", errors.New("broken") },
			func() (string, error) { panic("on purpose") },
		} {
			for d := time.Duration(-1); d < 3; d++ {
				d := d * time.Millisecond
				first, second := time.Duration(r.IntN(3))*time.Millisecond, time.Duration(r.IntN(3))*time.Millisecond
				w.Ops = append(w.Ops, tasktest.OpOf(fmt.Sprint("Timeout ", i),
					func(task *edo.Task) (string, error) {
						return timer.Timeout(task, d, func(task *edo.Task) (string, error) {
							if err := timer.Sleep(task, first); err != nil {
								return "first", err
							}
							if err := timer.Sleep(task, second); err != nil {
								return "second", err
							}
							return end()
						})
					},
					func(task *edo.Task, st *edo.Step) (bool, string, error) {
						return timer.TimeoutStep(task, st, d, func(task *edo.Task, st *edo.Step) (bool, string, error) {
							f := edo.StepState[sleepFrame](st)
							if f == nil {
								f = &sleepFrame{first: first, second: second, end: end}
								st.Set(f)
							}
							done, v, err := f.Poll(task)
							if done {
								st.Set(nil)
							}
							return done, v, err
						})
					}))
			}
		}
		return w
	}, "Timeout 2 done at once")
}

// sleepFrame is a function that sleeps twice as a frame.
type sleepFrame struct {
	first, second time.Duration
	end           func() (string, error)
	st            edo.Step
	hasSlept      bool
}

// Poll is what a compiler makes of the function.
func (f *sleepFrame) Poll(task *edo.Task) (done bool, v string, err error) {
	if !f.hasSlept {
		if done, err = timer.SleepStep(task, &f.st, f.first); !done || err != nil {
			return done, "first", err
		}
		f.hasSlept = true
	}
	if done, err = timer.SleepStep(task, &f.st, f.second); !done || err != nil {
		return done, "second", err
	}
	v, err = f.end()
	return true, v, err
}
