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

// A list of spans, and a set of ids, must say the same. Cleanups of the tests before it may still
// ask the list.
func TestWhatIsExcusedIsAUnionOfSpans(t *testing.T) {
	defer excuseNothing()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		excuseNothing()
		want := map[uint64]bool{}
		const ids = 30
		for range 12 {
			id := isRun | r.Uint64N(ids) + 1
			mu.Lock()
			excuse(id)
			want[id] = true
			list := slices.Clone(excused)
			var wrong []uint64
			for n := uint64(isRun); n <= isRun+ids+1; n++ {
				if isExcused(n) != want[n] {
					wrong = append(wrong, n&^isRun)
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

func TestACrashExcusesTheThingsOfItsSimulationAlone(t *testing.T) {
	defer excuseNothing()
	told, find := finding()
	a, ofA := hold()
	b, ofB := hold()
	find("of a", ofA())
	find("of b", ofB())
	a.Excuse()
	if err := a.Tell(); err != nil {
		t.Errorf("it is excused: %v", err)
	}
	if err := names(b.Tell()); err != "of b" {
		t.Errorf("the error of b is %q", err)
	}
	expect(t, "of both", told, "of a", "of b")
	a.Release()
	b.Release()
}
