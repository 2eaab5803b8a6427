package lost

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// excuseNothing forgets what is excused.
func excuseNothing() {
	mu.Lock()
	defer mu.Unlock()
	excused = nil
}

// A list of spans, and a set of numbers, must say the same. Cleanups of the tests before it may still
// ask the list.
func TestWhatIsExcusedIsAUnionOfSpans(t *testing.T) {
	defer excuseNothing()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		excuseNothing()
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
			mu.Lock()
			list := slices.Clone(excused)
			var wrong []uint64
			for n := base; n <= made.Load()+1; n++ {
				if isExcused(n) != want[n] {
					wrong = append(wrong, n-base)
				}
			}
			mu.Unlock()
			if len(wrong) > 0 {
				t.Fatalf("seed %d: %d are in %v, or are not, and should be the other way", seed, wrong, list)
			}
			if !slices.IsSortedFunc(list, func(a, b span) int { return int(a.upTo) - int(b.after) }) {
				t.Fatalf("seed %d: %v overlap", seed, list)
			}
		}
	}
}
