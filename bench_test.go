package edo_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
)

// on runs main on the multi-thread runtime with GOMAXPROCS workers.
func on(b *testing.B, main func(task *edo.Task)) {
	b.ReportAllocs()
	err := edo.Run(func(task *edo.Task) error {
		b.ResetTimer()
		main(task)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

type done struct{}

func (done) Poll(*edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, edo.Ready, nil }

type counted struct{ n *atomic.Int64 }

func (c *counted) Poll(*edo.Context) (edo.Unit, edo.Poll, error) {
	c.n.Add(1)
	return edo.Unit{}, edo.Ready, nil
}

func BenchmarkSpawnFuture(b *testing.B) {
	var n atomic.Int64
	on(b, func(task *edo.Task) {
		f := &counted{&n}
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
	on(b, func(task *edo.Task) {
		for range b.N {
			edo.SpawnInline[edo.Unit](task, counted{&n})
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
	on(b, func(task *edo.Task) {
		for range b.N {
			edo.Go(task, func(*edo.Task) error { return nil })
		}
	})
}

func BenchmarkSpawnJoinFuture(b *testing.B) {
	on(b, func(task *edo.Task) {
		hs := make([]*edo.JoinHandle[edo.Unit], b.N)
		for i := range hs {
			hs[i] = edo.Spawn(task, done{})
		}
		for _, h := range hs {
			h.Await(task)
		}
	})
}

// yields is a future that yields n times.
type yields struct{ n int }

func (y *yields) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if y.n == 0 {
		return edo.Unit{}, edo.Ready, nil
	}
	y.n--
	cx.Yield()
	return edo.Unit{}, edo.Pending, nil
}

func BenchmarkYieldFuture(b *testing.B) {
	on(b, func(task *edo.Task) {
		for range 1000 {
			edo.Spawn(task, &yields{b.N/1000 + 1})
		}
	})
}

func BenchmarkYieldDirect(b *testing.B) {
	on(b, func(task *edo.Task) {
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
