package timer_test

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

// bench runs body with a task of a current-thread runtime.
func bench(b *testing.B, body func(task *edo.Task) error) {
	b.ReportAllocs()
	if err := edo.Run(body, edo.WithConfig(edo.Config{CurrentThread: true})); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkTimeoutInTime(b *testing.B) {
	bench(b, func(task *edo.Task) error {
		for b.Loop() {
			if _, err := timer.Timeout(task, time.Hour, func(*edo.Task) (int, error) { return 7, nil }); err != nil {
				return err
			}
		}
		return nil
	})
}

func BenchmarkIntervalDue(b *testing.B) {
	bench(b, func(task *edo.Task) error {
		i := timer.IntervalAt(timer.Now(task).Add(-time.Hour), 1)
		for b.Loop() {
			if _, err := i.Tick(task); err != nil {
				return err
			}
		}
		return nil
	})
}
