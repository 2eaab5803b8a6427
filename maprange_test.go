package edo

import (
	"math"
	"testing"
)

// A range over a map that does not change visits each entry once, also those with a key that is not
// equal to itself.
func TestAMapRangeVisitsEachEntryOnce(t *testing.T) {
	for _, n := range []int{0, 1, 8, 9, 1000} {
		m := map[float64]int{}
		for i := range n {
			m[float64(i)] = i
		}
		m[math.NaN()], m[math.NaN()] = -1, -1
		seen, notNumbers := map[float64]bool{}, 0
		r := RangeMap[float64, any](m)
		for r.Next() {
			k, v := r.Key(), r.Value()
			switch {
			case k != k && v == -1:
				notNumbers++
			case seen[k] || float64(v.(int)) != k:
				t.Errorf("%v: %v comes a second time, or is another", k, v)
			}
			seen[k] = true
		}
		if len(seen) != n+notNumbers || notNumbers != 2 {
			t.Errorf("of %d entries and two, %d came, and %d keys that are not numbers", n, len(seen), notNumbers)
		}
	}
	if RangeMap[string, int](map[string]int(nil)).Next() {
		t.Error("a nil map has an entry")
	}
}

// The map may change during a range over it, as the language says.
func TestAMapRangeSeesNoEntryThatWasDeleted(t *testing.T) {
	for _, n := range []int{8, 100} {
		m := map[int]int{}
		for i := range n {
			m[i] = i
		}
		turns := 0
		r := RangeMap[int, int](m)
		for r.Next() {
			turns++
			k := r.Key()
			delete(m, k)
			delete(m, k^1)
			m[1000+turns] = 0 // may come, or not
			if k >= n {
				turns--
			}
			if turns > n/2 {
				t.Fatal("an entry came that was deleted")
			}
		}
		if turns != n/2 {
			t.Errorf("of %d entries %d came, want a half", n, turns)
		}
	}
}

func TestAMapRangeAllocatesOnce(t *testing.T) {
	m := map[string][4]int{}
	for i := range 20 {
		m[string(rune('a'+i))] = [4]int{i}
	}
	if n := testing.AllocsPerRun(100, func() {
		sum := 0
		r := RangeMap[string, [4]int](m)
		for r.Next() {
			sum += len(r.Key()) + r.Value()[0]
		}
		if sum != 20+190 {
			t.Error("wrong entries", sum)
		}
	}); n != 1 {
		t.Errorf("%v allocations, want 1", n)
	}
}
