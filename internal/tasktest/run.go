package tasktest

import (
	"context"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/coro"
)

// Main runs the tests of a package, and ends a run that hangs, with all stacks: before go test does when it has no
// other time limit. A shorter time may be too short for a package on a busy machine.
func Main(m *testing.M) {
	time.AfterFunc(9*time.Minute, func() {
		buf := make([]byte, 4<<20)
		os.Stderr.Write(buf[:runtime.Stack(buf, true)])
		panic("the tests hang")
	})
	os.Exit(m.Run())
}

// Kind is a kind of runtime.
type Kind struct {
	Name   string
	Config edo.Config
}

// Kinds are the kinds of runtime that everything must work on.
var Kinds = []Kind{
	{"current-thread", edo.Config{CurrentThread: true}},
	{"workers=1", edo.Config{Workers: 1}},
	{"workers=2", edo.Config{Workers: 2}},
	{"workers=4", edo.Config{Workers: 4}},
}

// CurrentThread is a runtime of one worker.
var CurrentThread = edo.Config{CurrentThread: true}

// Quiet keeps expected errors out of the log.
func Quiet(c edo.Config) edo.RunOption {
	c.OnError = func(error) {}
	return edo.WithConfig(c)
}

// NewRuntime makes a runtime that is shut down at the end of the test, and must end without an error.
// Expected errors are kept out of the log.
func NewRuntime(t testing.TB, c edo.Config) *edo.Runtime {
	t.Helper()
	c.OnError = func(error) {}
	rt, err := edo.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := rt.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return rt
}

// OnAll runs f as a subtest for each kind of runtime.
func OnAll(t *testing.T, f func(t *testing.T, opt edo.RunOption)) {
	for _, k := range Kinds {
		t.Run(k.Name, func(t *testing.T) { f(t, Quiet(k.Config)) })
	}
}

// RunOnAll runs main on all kinds of runtimes, and requires that it succeeds.
func RunOnAll(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	OnAll(t, func(t *testing.T, opt edo.RunOption) {
		if err := edo.Run(main, opt); err != nil {
			t.Error(err)
		}
	})
}

// RunOnOne runs main on a runtime of one worker, and requires that it succeeds.
func RunOnOne(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	if err := edo.Run(main, Quiet(CurrentThread)); err != nil {
		t.Error(err)
	}
}

// RunBench runs main on the multi-thread runtime with GOMAXPROCS workers.
func RunBench(b *testing.B, main func(task *edo.Task)) {
	b.ReportAllocs()
	err := edo.Run(func(task *edo.Task) error {
		b.ResetTimer()
		main(task)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// YieldTimes yields n times, and ignores that the task was cancelled.
func YieldTimes(task *edo.Task, n int) {
	for range n {
		edo.Yield(task)
	}
}

// CountGoroutines counts the goroutines, but for the coroutines that are kept for other
// runtimes.
func CountGoroutines() int { return runtime.NumGoroutine() - coro.Kept() }

// RequireGoroutines waits until [CountGoroutines] is not larger than before, and fails the
// test, with all stacks, when that takes more than a minute.
func RequireGoroutines(t *testing.T, before int) {
	t.Helper()
	for start := time.Now(); CountGoroutines() > before; runtime.Gosched() {
		if time.Since(start) > time.Minute {
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", CountGoroutines(), before, buf[:runtime.Stack(buf, true)])
		}
	}
}

// PanicOnPurpose panics with v. The stack of the panic has its name.
func PanicOnPurpose(v any) { panic(v) }
