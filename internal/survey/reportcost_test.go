package survey_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
)

func BenchmarkSnapshot(b *testing.B) {
	const tasks = 10_000
	for _, style := range []string{"future", "direct"} {
		b.Run(style, func(b *testing.B) {
			s := sim.New(sim.Config{Seed: 1})
			gates := make([]tasktest.Gate, tasks)
			var rt *edo.Runtime
			s.Start(func(task *edo.Task) error {
				rt = task.Runtime()
				for i := range gates {
					if style == "future" {
						edo.Spawn(task, &gates[i])
					} else {
						edo.Go(task, func(task *edo.Task) error { _, err := edo.Await(task, &gates[i]); return err })
					}
				}
				return nil
			})
			s.RunUntilIdle()
			for b.Loop() {
				if n := len(rt.Snapshot().Tasks); n != tasks {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/tasks, "ns/task")
			for i := range gates {
				gates[i].Open()
			}
			s.Wait()
		})
	}
}

func BenchmarkSpawnTraced(b *testing.B) {
	for _, trace := range []bool{false, true} {
		b.Run(fmt.Sprint(trace), func(b *testing.B) {
			b.ReportAllocs()
			edo.Run(func(task *edo.Task) error {
				for i := 0; b.Loop(); i++ {
					edo.Spawn(task, edo.YieldFuture())
					if i%1000 == 0 {
						edo.Yield(task)
					}
				}
				return nil
			}, edo.WithConfig(edo.Config{CurrentThread: true, Trace: trace}))
		})
	}
}
