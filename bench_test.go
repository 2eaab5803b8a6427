package edo_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
)

func BenchmarkSpawnFuture(b *testing.B) {
	var n atomic.Int64
	tasktest.RunBench(b, func(task *edo.Task) {
		f := &tasktest.CountedPoll{Polls: &n}
		for range b.N {
			edo.Spawn(task, f)
		}
	})
	if n.Load() != int64(b.N) {
		b.Fatal(n.Load())
	}
}

func BenchmarkSpawnInline(b *testing.B) {
	var n atomic.Int64
	tasktest.RunBench(b, func(task *edo.Task) {
		for range b.N {
			edo.SpawnInline[edo.Unit](task, tasktest.CountedPoll{Polls: &n})
		}
	})
	if n.Load() != int64(b.N) {
		b.Fatal(n.Load())
	}
}

func BenchmarkSpawnGoroutine(b *testing.B) {
	var wg sync.WaitGroup
	b.ReportAllocs()
	for range b.N {
		wg.Add(1)
		go wg.Done()
	}
	wg.Wait()
}

func BenchmarkSpawnDirect(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		for range b.N {
			edo.Go(task, func(*edo.Task) error { return nil })
		}
	})
}

// returnsFrame is the frame of a function that returns at once.
type returnsFrame struct{}

func (*returnsFrame) Poll(*edo.Task) (done bool, err error) { return true, nil }
func (*returnsFrame) FunctionName() string                  { return "returns" }

func BenchmarkSpawnFrame(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		for range b.N {
			edo.GoStep(task, returnsFrame{})
		}
	})
}

func BenchmarkSpawnJoinFuture(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		hs := make([]*edo.JoinHandle[edo.Unit], b.N)
		for i := range hs {
			hs[i] = edo.Spawn(task, tasktest.ReadyUnit{})
		}
		for _, h := range hs {
			h.Await(task)
		}
	})
}

func BenchmarkYieldFuture(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		for range 1000 {
			edo.Spawn(task, &tasktest.YieldsTimes{Left: b.N/1000 + 1})
		}
	})
}

func BenchmarkYieldDirect(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		for range 1000 {
			edo.Go(task, func(task *edo.Task) error {
				for range b.N/1000 + 1 {
					edo.Yield(task)
				}
				return nil
			})
		}
	})
}

// yieldsFrame is the frame of a function that yields n times.
type yieldsFrame struct{ n int }

func (f *yieldsFrame) Poll(task *edo.Task) (done bool, err error) {
	for ; f.n > 0; f.n-- {
		if done, err := edo.YieldStep(task); !done || err != nil {
			return done, err
		}
	}
	return true, nil
}
func (*yieldsFrame) FunctionName() string { return "yields" }

func BenchmarkYieldFrame(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		for range 1000 {
			edo.GoStep(task, yieldsFrame{b.N/1000 + 1})
		}
	})
}

func BenchmarkShielded(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		for range b.N {
			edo.Shielded(task, func(*edo.Task) error { return nil })
		}
	})
}

func BenchmarkLocal(b *testing.B) {
	key := edo.NewLocal[int]("key")
	for name, get := range map[string]func(task *edo.Task) (int, bool){
		"Get":     func(task *edo.Task) (int, bool) { return key.Get(task) },
		"Current": func(*edo.Task) (int, bool) { return key.Current() },
	} {
		b.Run(name, func(b *testing.B) {
			tasktest.RunBench(b, func(task *edo.Task) {
				edo.Go(task, func(task *edo.Task) error {
					for range b.N {
						if v, ok := get(task); v != 1 || !ok {
							b.Fatal("no value")
						}
					}
					return nil
				}, key.Value(1)).Await(task)
			})
		})
	}
}
