package edo_test

import (
	"io"
	"runtime/trace"
	"testing"

	"github.com/edo-go/edo"
)

// yielding is a future that yields n times.
type yielding struct{ n int }

func (f *yielding) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.n == 0 {
		return edo.Unit{}, edo.Ready, nil
	}
	f.n--
	cx.Yield()
	return edo.Unit{}, edo.Pending, nil
}

// benchmarkPolls measures polls of a future, and of a function in direct style, in a runtime that
// is made as c says.
func benchmarkPolls(b *testing.B, c edo.Config) {
	c.CurrentThread = true
	for _, kind := range []string{"future", "direct"} {
		b.Run(kind, func(b *testing.B) {
			err := edo.Run(func(task *edo.Task) error {
				if kind == "future" {
					_, err := edo.Spawn[edo.Unit](task, &yielding{b.N}).Await(task)
					return err
				}
				_, err := edo.Go(task, func(task *edo.Task) error {
					for range b.N {
						if err := edo.Yield(task); err != nil {
							return err
						}
					}
					return nil
				}).Await(task)
				return err
			}, edo.WithConfig(c))
			if err != nil {
				b.Error(err)
			}
		})
	}
}

func BenchmarkPolls(b *testing.B)            { benchmarkPolls(b, edo.Config{}) }
func BenchmarkPollsWithLabels(b *testing.B)  { benchmarkPolls(b, edo.Config{Labels: true}) }
func BenchmarkPollsWithRegions(b *testing.B) { benchmarkPolls(b, edo.Config{Regions: true}) }

func BenchmarkPollsWithRegionsInATrace(b *testing.B) {
	if err := trace.Start(io.Discard); err != nil {
		b.Skip("another trace runs: ", err)
	}
	defer trace.Stop()
	benchmarkPolls(b, edo.Config{Regions: true})
}

func BenchmarkPollsInATrace(b *testing.B) {
	if err := trace.Start(io.Discard); err != nil {
		b.Skip("another trace runs: ", err)
	}
	defer trace.Stop()
	benchmarkPolls(b, edo.Config{})
}

// benchmarkSpawns measures tasks of one name that return at once.
func benchmarkSpawns(b *testing.B, c edo.Config) {
	c.CurrentThread = true
	b.ReportAllocs()
	err := edo.Run(func(task *edo.Task) error {
		for range b.N {
			if _, err := edo.Go(task, func(*edo.Task) error { return nil }).Await(task); err != nil {
				return err
			}
		}
		return nil
	}, edo.WithConfig(c))
	if err != nil {
		b.Error(err)
	}
}

func BenchmarkSpawns(b *testing.B)            { benchmarkSpawns(b, edo.Config{}) }
func BenchmarkSpawnsWithLabels(b *testing.B)  { benchmarkSpawns(b, edo.Config{Labels: true}) }
func BenchmarkSpawnsWithRegions(b *testing.B) { benchmarkSpawns(b, edo.Config{Regions: true}) }
