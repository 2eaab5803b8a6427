package timer

import (
	"time"

	"github.com/edo-go/edo"
)

//edo:step SleepStep
func Sleep(task *edo.Task, d time.Duration) error { return nil }

type Sleeper struct{ at int }

func (f *Sleeper) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	return edo.Unit{}, edo.Ready, nil
}

func SleepFuture(d time.Duration) *Sleeper { return nil }

//edo:step TimeoutStep
func Timeout[T any](task *edo.Task, d time.Duration, fn func(task *edo.Task) (T, error)) (v T, err error) {
	return fn(task)
}

type Limiter struct{ inner int }
