package simulated

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

func TestClockMovesOnlyWhenNothingCanHappenAndThenToTheDeadline(t *testing.T) {
	d := New(Config{})
	if d.Now() != 0 {
		t.Fatalf("starts at %d", d.Now())
	}
	for _, deadline := range []int64{1, 1_000_000_007, int64(200 * 365 * 24 * time.Hour)} {
		if d.Wait(nil, deadline) || d.Now() != deadline {
			t.Fatalf("at %d, want %d", d.Now(), deadline)
		}
	}
	if d.Wait(nil, 5) || d.Now() == 5 {
		t.Fatal("a deadline that has passed moved the clock back")
	}
}

func TestTimeCountsFromStart(t *testing.T) {
	start := time.Date(1999, 12, 31, 23, 59, 59, 5, time.UTC)
	if got := New(Config{Start: start}).Time(7); !got.Equal(start.Add(7)) {
		t.Fatalf("got %v", got)
	}
	if got := New(Config{}).Time(0); !got.Equal(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Fatalf("got %v", got)
	}
}

func TestWaitForNothingHasStalled(t *testing.T) {
	d := New(Config{})
	if !d.Wait(nil, sched.Never) {
		t.Fatal("not stalled")
	}
	d.Wake()
	if d.Wait(nil, sched.Never) {
		t.Fatal("stalled in spite of a wake")
	}
	if !d.Wait(nil, sched.Never) {
		t.Fatal("not stalled: one wake ended two waits")
	}
}

func TestHeldClockStallsAProgramThatWaitsForTime(t *testing.T) {
	d := New(Config{HoldClock: true})
	if !d.Wait(nil, 1) || d.Now() != 0 {
		t.Fatalf("not stalled, or the clock moved to %d", d.Now())
	}
}

func TestClockDoesNotMoveWhileABlockingTaskRuns(t *testing.T) {
	d := New(Config{})
	for _, end := range []func(){
		func() { d.AddBlocking(-1) },
		func() { d.AddBlocking(1); d.Wake(); d.AddBlocking(-2) },
	} {
		d.AddBlocking(1)
		var group sync.WaitGroup
		group.Go(func() {
			for { // until the driver waits
				d.mu.Lock()
				waits := d.phase == idle
				d.mu.Unlock()
				if waits {
					break
				}
				runtime.Gosched()
			}
			end()
		})
		if d.Wait(nil, 1000) || d.Now() != 0 {
			t.Fatalf("stalled, or the clock moved to %d", d.Now())
		}
		group.Wait()
		d.woken = false
	}
	if d.Wait(nil, 1000) || d.Now() != 1000 {
		t.Fatalf("stalled, or the clock stayed at %d", d.Now())
	}
}

func draws(d *Driver, n int) (all []int) {
	for range 100 {
		all = append(all, d.Choose(n))
	}
	return all
}

func TestChoicesAreAFunctionOfTheSeed(t *testing.T) {
	one := draws(New(Config{Seed: 1}), 10)
	if !slices.Equal(one, draws(New(Config{Seed: 1}), 10)) {
		t.Fatal("one seed, two orders")
	}
	if slices.Equal(one, draws(New(Config{Seed: 2}), 10)) {
		t.Fatal("two seeds, one order")
	}
}

// A seed that was kept must give the same choices for ever.
func TestSeedsKeepTheirMeaning(t *testing.T) {
	d := New(Config{Seed: 42, Quiet: true})
	var got []int
	for range 10 {
		got = append(got, d.Choose(10))
	}
	if want := []int{3, 8, 0, 0, 7, 9, 1, 8, 3, 2}; !slices.Equal(got, want) {
		t.Errorf("chose %v, want %v", got, want)
	}
	if got, want := d.Rand(), uint64(4214758349020153474); got != want {
		t.Errorf("random number %d, want %d", got, want)
	}
}

func TestRandomNumbersDoNotChangeTheChoices(t *testing.T) {
	d := New(Config{Seed: 1})
	d.Rand()
	if !slices.Equal(draws(d, 10), draws(New(Config{Seed: 1}), 10)) {
		t.Fatal("a random number changed the choices")
	}
}

func TestNoChoiceIsNoDraw(t *testing.T) {
	d := New(Config{Seed: 1})
	if !slices.Equal(draws(d, 1), make([]int, 100)) {
		t.Fatal("chose another than the only one")
	}
	if !slices.Equal(draws(d, 10), draws(New(Config{Seed: 1}), 10)) {
		t.Fatal("choosing the only one changed the choices that followed")
	}
}

func TestChoicesAreUniformOverDrawsAndSeeds(t *testing.T) {
	var byDraw, bySeed [4]int
	d := New(Config{})
	for seed := range 4000 {
		byDraw[d.Choose(4)]++
		bySeed[New(Config{Seed: uint64(seed)}).Choose(4)]++
	}
	for i := range 4 {
		if n := byDraw[i]; n < 880 || n > 1120 { // 4 standard deviations
			t.Errorf("%d was drawn %d times of 4000", i, n)
		}
		if n := bySeed[i]; n < 880 || n > 1120 {
			t.Errorf("%d was the first choice of %d seeds of 4000", i, n)
		}
	}
}

func TestTraceIsCalledForEachChoice(t *testing.T) {
	var told [][2]int
	d := New(Config{Trace: func(n, chosen int) { told = append(told, [2]int{n, chosen}) }})
	a, b := d.Choose(10), 0
	d.Choose(1)
	b = d.Choose(20)
	if want := [][2]int{{10, a}, {20, b}}; !slices.Equal(told, want) {
		t.Fatalf("got %v, want %v", told, want)
	}
}

func TestNetworkHasNoReadinessToLookFor(t *testing.T) {
	d := New(Config{})
	if d.Registered() || d.Look(nil) || !d.Seeded() {
		t.Fatal("Registered, Look or not Seeded")
	}
}
