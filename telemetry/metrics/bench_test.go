package metrics_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/telemetry/metrics"
)

// BenchmarkRead is a read of a runtime with two workers, by the number of tasks that wait: with classes,
// and without.
func BenchmarkRead(b *testing.B) {
	for _, tasks := range []int{0, 1_000, 10_000, 100_000} {
		rt, err := edo.New(edo.Config{Workers: 2, OnError: func(error) {}})
		if err != nil {
			b.Fatal(err)
		}
		for range tasks {
			edo.Spawn(rt, &tasktest.Gate{})
		}
		settle(rt, tasks)
		for _, classes := range []int{0, -1} {
			src := metrics.New(metrics.Config{Runtime: rt, Classes: classes})
			b.Run(strconv.Itoa(tasks)+"/classes="+strconv.FormatBool(classes == 0), func(b *testing.B) {
				for b.Loop() {
					src.Read()
				}
			})
		}
		rt.Shutdown(context.Background())
	}
}
