package edo

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo/internal/sched"
)

func TestWhatGoroutinesShareIsNotPlain(t *testing.T) {
	type inside struct {
		n int
		a [2]struct{ t sched.Timer }
	}
	for name, c := range map[string]struct{ got, want bool }{
		"int":             {isPlain[int](), true},
		"struct":          {isPlain[struct{ a, b *sched.Timer }](), true},
		"slice":           {isPlain[[]atomic.Bool](), true},
		"channel":         {isPlain[chan sync.Mutex](), true},
		"no array":        {isPlain[[0]sync.Mutex](), true},
		"atomic":          {isPlain[atomic.Uint32](), false},
		"pointer":         {isPlain[atomic.Pointer[int]](), false},
		"mutex":           {isPlain[struct{ mu sync.RWMutex }](), false},
		"timer, far down": {isPlain[inside](), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: plain %v, want %v", name, c.got, c.want)
		}
	}
}

func TestPlainCostsNoAllocation(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { isPlain[[3]string]() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkIsPlain(b *testing.B) {
	for b.Loop() {
		isPlain[[3]string]()
	}
}
