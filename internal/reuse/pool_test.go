package reuse

import (
	"testing"

	"github.com/edo-go/edo/internal/invariant"
)

type future struct {
	of      string
	dropped *int
}

func (f *future) Drop() { *f.dropped++ }

func TestPutDropsAndClears(t *testing.T) {
	var pool Pool[future, *future]
	n := 0
	f := pool.Get()
	if *f != (future{}) {
		t.Fatalf("a new future is %v", *f)
	}
	f.of, f.dropped = "a read", &n
	pool.Put(f)
	if n != 1 {
		t.Errorf("dropped %d times, want once", n)
	}
	if *f != (future{}) {
		t.Errorf("the pool keeps %v, want nothing but room", *f)
	}
	if g := pool.Get(); *g != (future{}) {
		t.Errorf("Get returned %v, want a future that is zero", *g)
	}
}

func TestGetAndPutAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector a sync.Pool forgets some")
	}
	var pool Pool[future, *future]
	n := 0
	if allocs := testing.AllocsPerRun(1000, func() {
		f := pool.Get()
		f.dropped = &n
		pool.Put(f)
	}); allocs > 0.1 {
		t.Errorf("%v allocations, want none", allocs)
	}
}

func BenchmarkGetPut(b *testing.B) {
	var pool Pool[future, *future]
	n := 0
	for b.Loop() {
		f := pool.Get()
		f.dropped = &n
		pool.Put(f)
	}
}
