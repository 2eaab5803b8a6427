package wheel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// each returns a function for Advance that calls fire for each entry.
func each[E any](fire func(e E, when int64)) func(due []E, when int64) {
	return func(due []E, when int64) {
		for _, e := range due {
			fire(e, when)
		}
	}
}

func collect(into *[]int64) func([]int, int64) {
	return each(func(_ int, when int64) { *into = append(*into, when) })
}

func TestZeroWheelIsReady(t *testing.T) {
	var w Wheel[string]
	if w.Len() != 0 || w.Next() != math.MaxInt64 || w.NextExact() != math.MaxInt64 {
		t.Fatal("the zero wheel is not empty")
	}
	w.Insert("a", 0)
	fired := ""
	w.Advance(0, each(func(e string, _ int64) { fired += e }))
	if fired != "a" {
		t.Fatalf("fired %q, want a", fired)
	}
}

// Blocks of all levels begin and end at these.
func TestNoEntryIsEarlyOrLateAtBorders(t *testing.T) {
	var borders []int64
	for level := range 10 {
		for _, digit := range []int64{1, 2, 63} {
			at := digit << (6 * level)
			borders = append(borders, at-1, at, at+1)
		}
	}
	borders = append(borders, math.MaxInt64-1, math.MaxInt64)
	for _, start := range borders {
		for _, when := range borders {
			w := New[int](start)
			w.Insert(7, when)
			var fired []int64
			if when > start {
				w.Advance(when-1, collect(&fired))
				if len(fired) != 0 {
					t.Fatalf("from %d: %d fired early", start, when)
				}
				if got := w.Next(); got != when {
					t.Fatalf("from %d: one before the deadline Next is %d, want %d", start, got, when)
				}
			}
			w.Advance(max(start, when), collect(&fired))
			if !slices.Equal(fired, []int64{when}) || w.Len() != 0 {
				t.Fatalf("from %d: fired %v, want %d", start, fired, when)
			}
		}
	}
}

func TestLargestInstantFires(t *testing.T) {
	w := New[int](5)
	w.Insert(1, math.MaxInt64)
	w.Insert(2, math.MaxInt64-1)
	var fired []int64
	w.Advance(math.MaxInt64-2, collect(&fired))
	w.Advance(math.MaxInt64-1, collect(&fired))
	if !slices.Equal(fired, []int64{math.MaxInt64 - 1}) {
		t.Fatalf("fired %v, want the one before the largest", fired)
	}
	w.Advance(math.MaxInt64, collect(&fired))
	w.Insert(3, math.MaxInt64)
	w.Advance(math.MaxInt64, collect(&fired))
	if len(fired) != 3 || w.Len() != 0 {
		t.Fatalf("fired %v, %d left", fired, w.Len())
	}
}

func TestEntryInThePastIsDueAtTheNextAdvance(t *testing.T) {
	w := New[int](1000)
	var fired []int64
	w.Advance(1000, collect(&fired))
	for _, when := range []int64{1000, 3, -7, 999, math.MinInt64} {
		w.Insert(0, when)
	}
	if got := w.Next(); got != math.MinInt64 {
		t.Fatalf("Next is %d, want the earliest of the late", got)
	}
	w.Advance(1000, collect(&fired))
	if want := []int64{math.MinInt64, -7, 3, 999, 1000}; !slices.Equal(fired, want) {
		t.Fatalf("fired %v, want %v", fired, want)
	}
}

func TestEqualDeadlinesFireInOrderOfInsertion(t *testing.T) {
	// The deadline moves down two levels while entries are added on each.
	const when = 3*4096 + 5*64 + 7
	var w Wheel[int]
	n := 0
	for _, now := range []int64{0, 100, 3*4096 - 1, 3 * 4096, 3*4096 + 5*64 - 1, 3*4096 + 5*64, when - 1} {
		w.Advance(now, func([]int, int64) { t.Fatal("fired early") })
		for range 100 {
			w.Insert(n, when)
			n++
		}
	}
	next := 0
	w.Advance(when, each(func(e int, _ int64) {
		if e != next {
			t.Fatalf("fired %d, want %d", e, next)
		}
		next++
	}))
	if next != n {
		t.Fatalf("fired %d, want %d", next, n)
	}
}

// An entry that fires in the last millisecond of a block inserts into the next block, where
// earlier entries with the same deadline must come first.
func TestFireAtABorderKeepsTheOrder(t *testing.T) {
	var w Wheel[string]
	w.Insert("first", 70)
	w.Insert("border", 63)
	var fired []string
	w.Advance(100, each(func(e string, _ int64) {
		fired = append(fired, e)
		if e == "border" {
			w.Insert("second", 70)
		}
	}))
	if want := []string{"border", "first", "second"}; !slices.Equal(fired, want) {
		t.Fatalf("fired %v, want %v", fired, want)
	}
}

func TestFireThatInsertsIntoThePastDoesNotLoop(t *testing.T) {
	var w Wheel[int]
	fired := 0
	again := each(func(e int, when int64) {
		fired++
		w.Insert(e, when) // late by now
	})
	w.Insert(1, 5)
	for want := 1; want <= 3; want++ {
		w.Advance(10, again)
		if fired != want || w.Len() != 1 {
			t.Fatalf("fired %d times, %d left; want %d, 1", fired, w.Len(), want)
		}
	}
}

func TestEntriesThatFireInsertsUpToNowFire(t *testing.T) {
	var w Wheel[int]
	var fired []int64
	w.Insert(0, 10)
	w.Advance(1000, each(func(e int, when int64) {
		fired = append(fired, when)
		w.Insert(e, when+300)
	}))
	if want := []int64{10, 310, 610, 910}; !slices.Equal(fired, want) {
		t.Fatalf("fired %v, want %v", fired, want)
	}
	if got := w.NextExact(); got != 1210 {
		t.Fatalf("NextExact is %d, want 1210", got)
	}
}

// A user that sleeps until Next wakes once per level at the most, and on time.
func TestFollowingNextReachesTheDeadline(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		now := rng.Int64N(1 << rng.UintN(60))
		w := New[int](now)
		when := now + rng.Int64N(1<<rng.UintN(62))
		w.Insert(0, when)
		for alarms := 0; w.Len() != 0; alarms++ {
			next := w.Next()
			if next > when || alarms == levels {
				t.Fatalf("from %d to %d: alarm %d is at %d", now, when, alarms, next)
			}
			w.Advance(next, func(_ []int, at int64) {
				if at != when || next != when {
					t.Fatalf("%d fired at %d", at, next)
				}
			})
		}
	}
}

func TestSweepTakesOutTheEntriesThatAreNotKept(t *testing.T) {
	w := New[int](100)
	for i := range 1000 {
		w.Insert(i, int64(i*i)) // the first ten are late
	}
	w.Sweep(func(e int, when int64) bool {
		if when != int64(e*e) {
			t.Fatalf("%d has deadline %d", e, when)
		}
		return e%2 == 1
	})
	if w.Len() != 500 || w.Next() != 1 {
		t.Fatalf("Len %d, Next %d; want 500, 1", w.Len(), w.Next())
	}
	next := 1
	w.Advance(1000*1000, each(func(e int, _ int64) {
		if e != next {
			t.Fatalf("fired %d, want %d", e, next)
		}
		next += 2
	}))
	w.Insert(1, 1)
	w.Insert(2, 1<<40)
	w.Sweep(func(int, int64) bool { return false })
	if w.Len() != 0 || w.Next() != math.MaxInt64 {
		t.Fatal("not empty after every entry was swept")
	}
}

func TestFreedChunksAreClearedAndBounded(t *testing.T) {
	var w Wheel[*int]
	const n = 100_000
	for i := range n {
		w.Insert(new(int), int64(i%1000))
		if i%97 == 0 {
			w.Insert(new(int), -1)
		}
	}
	for now := int64(0); now < 1000; now++ {
		if now == 500 {
			w.Sweep(func(_ *int, when int64) bool { return when%2 == 0 })
		}
		w.Advance(now, func([]*int, int64) {})
		if w.pool.nfree > w.pool.nused+spare {
			t.Fatalf("%d chunks are free and %d in use", w.pool.nfree, w.pool.nused)
		}
	}
	if w.Len() != 0 || w.pool.nused != 0 || w.inUse != 0 {
		t.Fatalf("Len %d, chunks in use %d, levels %b", w.Len(), w.pool.nused, w.inUse)
	}
	free := 0
	for c := w.pool.free; c != nil; c = c.next {
		free++
		for i := range c.e {
			if c.e[i] != nil {
				t.Fatal("a free chunk holds a pointer")
			}
		}
	}
	if free != w.pool.nfree || free > spare {
		t.Fatalf("%d free chunks, counted as %d, at most %d wanted", free, w.pool.nfree, spare)
	}
	if cap(w.late) > keepLate {
		t.Fatalf("the list of late entries keeps room for %d", cap(w.late))
	}
	for _, e := range w.late[:cap(w.late)] {
		if e.e != nil {
			t.Fatal("the list of late entries holds a pointer")
		}
	}
}

func TestSteadyUseDoesNotAllocate(t *testing.T) {
	var w Wheel[*int]
	e := new(int)
	now := int64(0)
	turn := func() {
		for range 1000 {
			now++
			w.Insert(e, now+now%300)
			w.Insert(e, now-1)
			w.Advance(now, func([]*int, int64) {})
			w.Next()
		}
		w.Sweep(func(*int, int64) bool { return true })
	}
	turn()
	if n := testing.AllocsPerRun(10, turn); n != 0 {
		t.Fatalf("%v allocations, want 0", n)
	}
}

func Example() {
	w := New[string](0)
	w.Insert("tea", 180_000)
	w.Insert("egg", 300_000)
	w.Advance(200_000, func(due []string, when int64) {
		fmt.Println(due, when)
	})
	fmt.Println(w.NextExact())
	// Output:
	// [tea] 180000
	// 300000
}

// A million entries due within a second are inserted, and fired ms by ms.
func BenchmarkMillion(b *testing.B) {
	const n = 1_000_000
	rng := rand.New(rand.NewPCG(1, 2))
	when := make([]int64, n)
	for i := range when {
		when[i] = 1 + rng.Int64N(1000)
	}
	e := new(int)
	var w Wheel[*int]
	base := int64(0)
	fired := 0
	for b.Loop() {
		for _, at := range when {
			w.Insert(e, base+at)
		}
		for range 1000 {
			base++
			w.Advance(base, func(due []*int, _ int64) { fired += len(due) })
		}
	}
	if fired != n*b.N {
		b.Fatalf("fired %d, want %d", fired, n*b.N)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/entry")
}

func BenchmarkNext(b *testing.B) {
	w := New[int](1)
	w.Insert(1, 100_000)
	for b.Loop() {
		w.Next()
	}
}

func BenchmarkJumpOfAYear(b *testing.B) {
	const year = 365 * 24 * 3600 * 1000
	var w Wheel[int]
	w.Insert(1, math.MaxInt64)
	now := int64(0)
	for b.Loop() {
		now += year
		w.Insert(2, now)
		w.Advance(now, func([]int, int64) {})
	}
}
