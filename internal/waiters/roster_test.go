package waiters

import (
	"math/rand/v2"
	"testing"
)

// Waiters come and go in thousands, the youngest, the oldest or any of them first, beside some that stay.
func TestARosterNeverHasManyMoreWaitersThanWait(t *testing.T) {
	const come = 3000
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		stay, most, goes := r.IntN(6), 1+r.IntN(6), r.IntN(3)
		var roster Roster[int]
		waits := map[int]bool{}
		var passing []int
		for me := 1; me <= come; me++ {
			for len(passing) >= most || len(passing) > 0 && r.IntN(2) == 0 {
				i := []int{0, len(passing) - 1, r.IntN(len(passing))}[goes]
				delete(waits, passing[i])
				passing = append(passing[:i], passing[i+1:]...)
			}
			asked := 0
			for left := Questions; ; left-- {
				other, ok := roster.Ask(asked, left)
				if !ok {
					roster.Add(me)
					break
				}
				if waits[other] {
					asked = other
				} else if !roster.Remove(other) {
					t.Fatalf("seed %d: %d was asked and is not there", seed, other)
				}
			}
			if waits[me] = true; me > stay {
				passing = append(passing, me)
			}
			if n := len(roster.All()); n > 3*(stay+most)+2 {
				t.Fatalf("seed %d: %d of %d are kept, where %d wait", seed, n, me, len(waits))
			}
		}
		kept := map[int]bool{}
		for _, w := range roster.All() {
			kept[w] = true
		}
		for w := range waits {
			if !kept[w] {
				t.Fatalf("seed %d: %d waits, and is not kept", seed, w)
			}
		}
	}
}

func TestARosterFindsOutWhatHasGoneByItself(t *testing.T) {
	var roster Roster[int]
	for i := range 10 {
		roster.Add(i)
	}
	roster.Ask(-1, 1)
	roster.Ask(-1, 1)
	roster.RemoveFunc(func(i int) bool { return i%2 == 0 })
	if other, ok := roster.Ask(-1, 1); !ok || other != 3 {
		t.Errorf("%d is asked, %v; want 3", other, ok)
	}
	if roster.Remove(4) || len(roster.All()) != 5 {
		t.Errorf("%v are left", roster.All())
	}
	roster.RemoveFunc(func(int) bool { return true })
	if other, ok := roster.Ask(-1, 1); ok || roster.Remove(3) {
		t.Errorf("%d is asked where there is none", other)
	}
}
