//go:build invariants || race

package interleave

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo/internal/invariant"
)

// A recorder is a test that may fail without failing the real one.
type recorder struct {
	testing.TB
	failed bool
	text   string
}

func (r *recorder) Helper()      {}
func (r *recorder) Failed() bool { return r.failed }
func (r *recorder) Log(args ...any) {
	r.text += fmt.Sprintln(args...)
}
func (r *recorder) Errorf(format string, args ...any) {
	r.text += fmt.Sprintf(format, args...) + "\n"
	r.failed = true
}
func (r *recorder) FailNow() {
	r.failed = true
	runtime.Goexit()
}
func (r *recorder) Fatal(args ...any) {
	r.Log(args...)
	r.FailNow()
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	r.FailNow()
}

// explored runs an exploration that may fail, and returns what it reported.
func explored(b Bounds, setup func(t testing.TB) Setup) *recorder {
	r := &recorder{}
	var wg sync.WaitGroup
	wg.Go(func() { b.Explore(r, setup(r)) })
	wg.Wait()
	return r
}

// steps returns n threads of k steps each, which append their number to log at
// each step.
func steps(n, k int, log *[]int) []func() {
	threads := make([]func(), n)
	for i := range threads {
		threads[i] = func() {
			for step := range k {
				if step > 0 {
					invariant.Step("next")
				}
				*log = append(*log, i)
			}
		}
	}
	return threads
}

func TestEveryScheduleRunsOnce(t *testing.T) {
	cases := []struct{ threads, steps, preemptions, want int }{
		{1, 5, Unbounded, 1},
		{2, 1, Unbounded, 2},
		{2, 2, Unbounded, 6},
		{2, 3, Unbounded, 20},
		{3, 2, Unbounded, 90},
		{2, 6, Unbounded, 924},
		{2, 2, 0, 2},
		{2, 2, 1, 4}, // AABB BBAA, ABBA BAAB
		{2, 2, 2, 6},
		{3, 2, 0, 6},
	}
	for _, tc := range cases {
		b := usual
		b.Preemptions = tc.preemptions
		seen := map[string]bool{}
		got := b.Explore(t, func() ([]func(), func()) {
			var log []int
			return steps(tc.threads, tc.steps, &log), func() {
				if len(log) != tc.threads*tc.steps {
					t.Errorf("a thread did not end: %v", log)
				}
				seen[fmt.Sprint(log)] = true
			}
		})
		if got != tc.want || len(seen) != tc.want {
			t.Errorf("%d threads of %d steps, %d preemptions: %d schedules, %d different, want %d",
				tc.threads, tc.steps, tc.preemptions, got, len(seen), tc.want)
		}
	}
}

// increment loses updates: another thread may store between its load and its store.
func increment(n *atomic.Int64) {
	v := n.Load()
	invariant.Step("loaded")
	n.Store(v + 1)
}

func incrementCAS(n *atomic.Int64) {
	for {
		v := n.Load()
		invariant.Step("loaded")
		if n.CompareAndSwap(v, v+1) {
			return
		}
		invariant.Step("lost")
	}
}

func counter(threads int, inc func(*atomic.Int64)) func(t testing.TB) Setup {
	return func(t testing.TB) Setup {
		return func() ([]func(), func()) {
			var n atomic.Int64
			return slices.Repeat([]func(){func() { inc(&n) }}, threads), func() {
				if got := n.Load(); got != int64(threads) {
					t.Errorf("counted %d, want %d", got, threads)
				}
			}
		}
	}
}

func TestLostUpdateIsFoundAndItsScheduleReported(t *testing.T) {
	r := explored(usual, counter(2, increment))
	if !r.failed {
		t.Fatal("no lost update was found")
	}
	want := "counted 1, want 2\n" +
		"interleave: the schedule that failed (thread, from):\n\t0 start\n\t1 start\n\t1 loaded\n\t0 loaded\n"
	if r.text != want {
		t.Fatalf("reported\n%s\nwant\n%s", r.text, want)
	}
}

func TestLostUpdateNeedsOnePreemption(t *testing.T) {
	b := usual
	b.Preemptions = 0
	if r := explored(b, counter(2, increment)); r.failed {
		t.Fatalf("found without a preemption:\n%s", r.text)
	}
	b.Preemptions = 1
	if r := explored(b, counter(2, increment)); !r.failed {
		t.Fatal("not found with one preemption")
	}
}

func TestCounterWithCompareAndSwapIsRight(t *testing.T) {
	if n := Explore(t, counter(2, incrementCAS)(t)); n < 6 {
		t.Fatalf("%d schedules, want at least 6", n)
	}
	ExploreBounded(t, 3, counter(3, incrementCAS)(t))
}

// handOver returns a setup of a producer, and a consumer that spins until the value is
// ready, with the spin point before or after each look.
func handOver(pointFirst bool) Setup {
	return func() ([]func(), func()) {
		var ready atomic.Bool
		value, got := 0, 0
		producer := func() {
			value = 7
			invariant.Step("written")
			ready.Store(true)
		}
		consumer := func() {
			if pointFirst {
				for {
					invariant.Step("spin")
					if ready.Load() {
						break
					}
				}
			} else {
				for !ready.Load() {
					invariant.Step("spin")
				}
			}
			got = value
		}
		return []func(){consumer, producer}, func() {
			if got != 7 {
				panic(fmt.Sprint("got ", got))
			}
		}
	}
}

func TestSpinningThreadLetsOthersGoOn(t *testing.T) {
	for _, pointFirst := range []bool{false, true} {
		n := Explore(t, handOver(pointFirst))
		if n < 3 || n > 20 {
			t.Errorf("point first %v: %d schedules, want a few", pointFirst, n)
		}
	}
}

func TestThreadsThatSpinForEachOtherAreADeadlock(t *testing.T) {
	r := explored(usual, func(testing.TB) Setup {
		return func() ([]func(), func()) {
			var a, b atomic.Bool
			wait := func(flag, then *atomic.Bool) func() {
				return func() {
					for !flag.Load() {
						invariant.Step("spin for the other")
					}
					then.Store(true)
				}
			}
			return []func(){wait(&a, &b), wait(&b, &a)}, func() {}
		}
	})
	if !r.failed || !strings.Contains(r.text, "deadlock") || !strings.Contains(r.text, "0 spin for the other") {
		t.Fatalf("reported %q, want a deadlock and its schedule", r.text)
	}
}

func TestLoopWithoutSpinPointIsReported(t *testing.T) {
	r := explored(Bounds{Preemptions: Unbounded, Schedules: 10, Steps: 200}, func(testing.TB) Setup {
		return func() ([]func(), func()) {
			return []func(){func() {
				for {
					invariant.Step("again")
				}
			}}, func() {}
		}
	})
	if !r.failed || !strings.Contains(r.text, "more than 200 steps") || !strings.Contains(r.text, "\t...") {
		t.Fatalf("reported %q, want the number of steps and a shortened schedule", r.text)
	}
}

func TestTooManySchedulesAreAFailure(t *testing.T) {
	six := func(testing.TB) Setup {
		return func() ([]func(), func()) { return steps(2, 2, new([]int)), func() {} }
	}
	if r := explored(Bounds{Unbounded, 6, 100}, six); r.failed {
		t.Fatalf("6 schedules are too many for 6: %s", r.text)
	}
	r := explored(Bounds{Unbounded, 5, 100}, six)
	if !r.failed || !strings.Contains(r.text, "more than 5 schedules") {
		t.Fatalf("reported %q, want more than 5 schedules", r.text)
	}
}

//go:noinline
func explode() { panic("boom") }

func TestPanicIsReportedWithStackAndSchedule(t *testing.T) {
	inThread := func(testing.TB) Setup {
		return func() ([]func(), func()) {
			return []func(){func() { invariant.Step("fuse"); explode() }}, func() {}
		}
	}
	inCheck := func(testing.TB) Setup {
		return func() ([]func(), func()) {
			return []func(){func() { invariant.Step("fuse") }}, explode
		}
	}
	for _, setup := range []func(testing.TB) Setup{inThread, inCheck} {
		r := explored(usual, setup)
		for _, want := range []string{"boom", "interleave.explode", "0 start\n\t0 fuse"} {
			if !r.failed || !strings.Contains(r.text, want) {
				t.Errorf("reported\n%s\nwithout %q", r.text, want)
			}
		}
	}
}

func TestFailNowInAThreadEndsTheTest(t *testing.T) {
	r := explored(usual, func(t testing.TB) Setup {
		return func() ([]func(), func()) {
			return []func(){func() { invariant.Step("half"); t.FailNow() }}, func() { t.Errorf("checked") }
		}
	})
	if !r.failed || strings.Contains(r.text, "checked") || !strings.Contains(r.text, "0 half") {
		t.Fatalf("reported %q, want the schedule alone", r.text)
	}
}

func TestInfluencesBesidesTheScheduleAreReported(t *testing.T) {
	run := 0
	r := explored(usual, func(testing.TB) Setup {
		return func() ([]func(), func()) {
			run++
			return steps(2, max(1, 3-run), new([]int)), func() {}
		}
	})
	if !r.failed || !strings.Contains(r.text, "something besides the schedule") {
		t.Fatalf("reported %q", r.text)
	}
}

func TestPointsOfSetupAndCheckDoNotCount(t *testing.T) {
	n := Explore(t, func() ([]func(), func()) {
		invariant.Step("setup")
		return steps(2, 2, new([]int)), func() { invariant.Step("check") }
	})
	if n != 6 {
		t.Fatalf("%d schedules, want 6", n)
	}
}

func TestExplorationLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	Explore(t, counter(3, increment0)(t))
	if got := runtime.NumGoroutine(); got > before {
		t.Fatalf("%d goroutines, want %d", got, before)
	}
}

func increment0(n *atomic.Int64) {
	invariant.Step("before")
	n.Add(1)
}

func BenchmarkSchedule(b *testing.B) {
	n := 0
	for b.Loop() {
		n += Explore(b, func() ([]func(), func()) { return steps(2, 6, new([]int)), func() {} })
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/schedule")
}
