package lost

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A list of spans, and a set of numbers, must say the same.
func TestWhatIsExcusedIsAUnionOfSpans(t *testing.T) {
	defer func() { excused = nil }()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		excused = nil
		want := map[uint64]bool{}
		base := made.Load()
		for range 12 {
			since := base + r.Uint64N(made.Load()-base+1)
			for range r.IntN(5) {
				Number()
			}
			Excuse(since)
			for n := since + 1; n <= made.Load(); n++ {
				want[n] = true
			}
			for range r.IntN(5) {
				Number()
			}
			for n := base; n <= made.Load()+1; n++ {
				if got := isExcused(n); got != want[n] {
					t.Fatalf("seed %d: %d is excused: %t, in %v", seed, n-base, got, excused)
				}
			}
			if !slices.IsSortedFunc(excused, func(a, b span) int { return int(a.upTo) - int(b.after) }) {
				t.Fatalf("seed %d: %v overlap", seed, excused)
			}
		}
	}
}
