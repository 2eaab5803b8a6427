package timer_test

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/timer"
)

func TestEveryOperationThatCanReturnAtOnceGivesWay(t *testing.T) {
	past := timer.IntervalAt(time.Unix(1, 0), time.Second) // has missed more ticks than a test reads
	free := timer.NewLimiter(timer.Unlimited(), 1)
	small := timer.NewLimiter(timer.PerSecond(1), 1)
	chantest.RequireGivesWay(t, map[string]func(task *edo.Task){
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
	})
}
