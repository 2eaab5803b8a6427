package future_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own/owntest"
)

var sink edo.Future[int] // hides from the compiler that a future is not used

func TestEachCombinatorIsOneAllocation(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	src := edo.Future[int](owntest.NewScript[int](t))
	h := owntest.NewHandle(1)
	double := func(v int) int { return 2 * v }
	next := func(int) edo.Future[int] { return src }
	inner := edo.Future[edo.Future[int]](future.Ready(src))
	for name, build := range map[string]func() edo.Future[int]{
		"Lazy":    func() edo.Future[int] { return future.Lazy(func() (int, error) { return 1, nil }) },
		"Ready":   func() edo.Future[int] { return future.Ready(1) },
		"Fail":    func() edo.Future[int] { return future.Fail[int](errTest) },
		"Map":     func() edo.Future[int] { return future.Map(src, double) },
		"MapErr":  func() edo.Future[int] { return future.Of(src).MapErr(nil) },
		"AndThen": func() edo.Future[int] { return future.AndThen(src, next) },
		"OrElse":  func() edo.Future[int] { return future.Of(src).OrElse(nil) },
		"Then":    func() edo.Future[int] { return future.Then[int, int](src, nil) },
		"Owning":  func() edo.Future[int] { return future.Owning(src, h, h) },

		"Flatten":    func() edo.Future[int] { return future.Flatten(inner) },
		"Fuse":       func() edo.Future[int] { return future.Of(src).Fuse() },
		"Inspect":    func() edo.Future[int] { return future.Of(src).Inspect(nil) },
		"CatchPanic": func() edo.Future[int] { return future.Of(src).CatchPanic() },
		"Loop":       func() edo.Future[int] { return future.Loop(1, next) },
		"Retry":      func() edo.Future[int] { return future.Retry[int](future.Backoff{}, nil) },
	} {
		if got := testing.AllocsPerRun(100, func() { sink = build() }); got != 1 {
			t.Errorf("%s is %v allocations", name, got)
		}
	}
	if got := testing.AllocsPerRun(100, func() { sink = future.Map(future.Of(future.Map(src, double)).OrElse(nil), double) }); got != 3 {
		t.Errorf("a chain of three is %v allocations", got)
	}
}

func BenchmarkLazy(b *testing.B) {
	b.ReportAllocs()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			sink = future.Lazy(func() (int, error) { return 1, nil })
			sink.Poll(cx)
		}
	})
}

func BenchmarkMap(b *testing.B) {
	b.ReportAllocs()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			sink = future.Map(future.Ready(1), func(v int) int { return v + 1 })
			sink.Poll(cx)
		}
	})
}

func BenchmarkAndThen(b *testing.B) {
	b.ReportAllocs()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			sink = future.AndThen(future.Ready(1), func(v int) edo.Future[int] { return future.Ready(v + 1) })
			sink.Poll(cx)
		}
	})
}

// The cost of a pending poll through five combinators.
func BenchmarkPendingChainOfFive(b *testing.B) {
	b.ReportAllocs()
	add := func(v int) int { return v + 1 }
	f := future.Of[int](future.PollFn(func(*edo.Context) (int, edo.Poll, error) { return 0, edo.Pending, nil }))
	for range 5 {
		f = future.Map(f, add)
	}
	sink = f
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			sink.Poll(cx)
		}
	})
}
