package timer_test

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestEveryOperationThatCanReturnAtOnceGivesWay(t *testing.T) {
	past := timer.IntervalAt(time.Unix(1, 0), time.Second) // has missed more ticks than a test reads
	free := timer.NewLimiter(timer.Unlimited(), 1)
	small := timer.NewLimiter(timer.PerSecond(1), 1)
	for name, op := range map[string]func(task *edo.Task){
		"Sleep of 0":                func(task *edo.Task) { timer.Sleep(task, 0) },
		"Sleep below 0":             func(task *edo.Task) { timer.Sleep(task, -time.Second) },
		"SleepFuture(0)":            func(task *edo.Task) { edo.Await(task, timer.SleepFuture(0)) },
		"zero Sleeper":              func(task *edo.Task) { edo.Await(task, &timer.Sleeper{}) },
		"Interval.Tick":             func(task *edo.Task) { past.Tick(task) },
		"Limiter.Wait":              func(task *edo.Task) { free.Wait(task) },
		"Limiter.WaitN(0)":          func(task *edo.Task) { free.WaitN(task, 0) },
		"Limiter.WaitN of too many": func(task *edo.Task) { small.WaitN(task, 2) },
		"Limiter.WaitFuture":        func(task *edo.Task) { edo.Await(task, free.WaitFuture(1)) },
		"a spent LimitFuture":       func(task *edo.Task) { edo.Await(task, &timer.LimitFuture{}) },
		"Timeout": func(task *edo.Task) {
			timer.Timeout(task, time.Hour, func(*edo.Task) (int, error) { return 1, nil })
		},
		"Timeout of 0": func(task *edo.Task) {
			timer.Timeout(task, 0, func(*edo.Task) (int, error) { return 1, nil })
		},
	} {
		err := sim.Run(1, func(task *edo.Task) error {
			ran := false
			edo.Go(task, func(*edo.Task) error { ran = true; return nil })
			turns := 0
			for ; !ran && turns < 10_000; turns++ {
				op(task)
			}
			if !ran {
				t.Errorf("%s: another task was not run for %d turns", name, turns)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
