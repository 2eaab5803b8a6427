package stream_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

// The following hide from the compiler that a stream or a future is not used.
var (
	sinkStream edo.Stream[int]
	sinkFuture edo.Future[int]
	sinkUnit   edo.Future[edo.Unit]
	sinkAny    any
)

func both(acc, v int) (int, int) { return acc + v, acc + v }

func identity(v int) int { return v }

func TestAllocationsOfCombinators(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	src, values := edo.Stream[int](owntest.NewScript[int](t)), []int{1, 2}
	sink := owntest.NewSink[int](t, 1)
	always := func(int) bool { return true }
	measured := map[string]bool{}
	for _, c := range []struct {
		name  string
		want  float64
		build func()
	}{
		{"Values", 1, func() { sinkStream = stream.Values(values...) }},
		{"Once", 1, func() { sinkStream = stream.Once(1) }},
		{"Empty", 0, func() { sinkStream = stream.Empty[int]() }},
		{"Iter", 1, func() { sinkStream = stream.Iter(count) }},
		{"Map", 1, func() { sinkStream = stream.Map(src, func(v int) int { return v }) }},
		{"MapErr", 1, func() { sinkStream = stream.Of(src).MapErr(nil) }},
		{"Then", 1, func() { sinkStream = stream.Then[int, int](src, nil) }},
		{"Filter", 1, func() { sinkStream = stream.Of(src).Filter(always) }},
		{"TakeWhile", 1, func() { sinkStream = stream.Of(src).TakeWhile(always) }},
		{"Take", 1, func() { sinkStream = stream.Of(src).Take(1) }},
		{"Skip", 1, func() { sinkStream = stream.Of(src).Skip(1) }},
		{"Chain", 1, func() { sinkStream = stream.Of(src).Chain(src) }},
		{"Merge", 1, func() { sinkStream = stream.Of(src).Merge(src) }},
		{"Enumerate", 1, func() { sinkAny = stream.Enumerate(src) }},
		{"Pairwise", 1, func() { sinkAny = stream.Pairwise(src) }},
		{"Zip", 1, func() { sinkAny = stream.Zip(src, src) }},
		{"Scan", 1, func() { sinkStream = stream.Scan(src, 0, both) }},
		{"Chunks", 1, func() { sinkAny = stream.Chunks(src, 2) }},
		{"FlatMap", 1, func() { sinkStream = stream.FlatMap[int, int](src, nil) }},
		{"FilterMap", 1, func() { sinkStream = stream.FilterMap[int, int](src, nil) }},
		{"MapWhile", 1, func() { sinkStream = stream.MapWhile[int, int](src, nil) }},
		{"SkipWhile", 1, func() { sinkStream = stream.Of(src).SkipWhile(always) }},
		{"Distinct", 2, func() { sinkStream = stream.Distinct(src, 1, identity) }},
		{"DistinctUntilChanged", 4, func() { sinkStream = stream.DistinctUntilChanged(src, identity) }},
		{"Inspect", 1, func() { sinkStream = stream.Of(src).Inspect(nil) }},
		{"Catch", 1, func() { sinkStream = stream.Of(src).Catch(nil) }},
		{"CatchPanic", 1, func() { sinkStream = stream.Of(src).CatchPanic() }},
		{"TimeoutRepeating", 1, func() { sinkStream = stream.Of(src).TimeoutRepeating(time.Second) }},
		{"UntilError", 1, func() { sinkStream = stream.Of(src).UntilError() }},
		{"TakeUntil", 1, func() { sinkStream = stream.TakeUntil(src, sinkFuture) }},
		{"Buffered", 5, func() { sinkStream = stream.Buffered(src, 8, ready[int]) }},
		{"Merge of many", 4, func() { sinkStream = stream.Merge(src, src, src) }},
		{"FlatMapUnordered", 1, func() { sinkStream = stream.FlatMapUnordered[int, int](src, 2, nil) }},
		{"Switch", 1, func() { sinkStream = stream.Switch[int, int](src, nil) }},
		{"CombineLatest", 1, func() { sinkAny = stream.CombineLatest(src, src) }},
		{"WithLatestFrom", 1, func() { sinkAny = stream.WithLatestFrom(src, src) }},
		{"Share", 3, func() { sinkAny = stream.Share(src, 4) }},
		{"Timeout", 1, func() { sinkStream = stream.Of(src).Timeout(time.Second) }},
		{"Throttle", 1, func() { sinkStream = stream.Of(src).Throttle(time.Second) }},
		{"RateLimit", 1, func() { sinkStream = stream.Of(src).RateLimit(1, time.Second, 1) }},
		{"Debounce", 1, func() { sinkStream = stream.Of(src).Debounce(time.Second) }},
		{"Retry", 1, func() { sinkStream = stream.Retry[int](stream.Backoff{}, nil) }},
		{"a chain of three", 3, func() { sinkStream = stream.Of(src).Take(1).Merge(stream.Of(src).Skip(1)) }},
		{"Fold", 1, func() { sinkFuture = stream.Fold(src, 0, add) }},
		{"FoldFuture", 1, func() { sinkFuture = stream.FoldFuture[int](src, 0, nil) }},
		{"FoldTask", 2, func() { sinkFuture = stream.FoldTask[int](src, 0, nil) }},
		{"ForEach", 2, func() { sinkUnit = stream.ForEach(src, nil) }},
		{"ForEachFuture", 2, func() { sinkUnit = stream.ForEachFuture(src, nil) }},
		{"SendFuture", 1, func() { sinkUnit = stream.SendFuture(sink, 1) }},
		{"SendAllFuture", 1, func() { sinkUnit = stream.SendAllFuture(sink, src) }},
		{"Iter2", 2, func() { sinkStream = stream.Iter2(none) }},
		{"PollFn", 2, func() { sinkStream = stream.PollFn(src.PollNext) }},
		{"Unfold", 1, func() { sinkStream = stream.Unfold[int, int](0, nil) }},
		{"UnfoldFuture", 1, func() { sinkStream = stream.UnfoldFuture[int, int](0, nil) }},
		{"Cycle", 1, func() { sinkStream = stream.Cycle[int](nil) }},
		{"FromChan", 1, func() { sinkStream = stream.FromChan[int](nil) }},
		{"NewStreamMap", 3, func() { sinkAny = stream.NewStreamMap[int, int]() }},
		{"Flatten", 2, func() { sinkStream = stream.Flatten(stream.Empty[stream.Stream[int]]()) }},
		{"Peek", 1, func() { sinkAny = stream.Peek(src) }},
		{"Fuse", 1, func() { sinkStream = stream.Of(src).Fuse() }},
		{"ReadyChunks", 1, func() { sinkAny = stream.ReadyChunks(src, 2) }},
		{"ChunksTimeout", 1, func() { sinkAny = stream.ChunksTimeout(src, 2, time.Second) }},
		{"BufferUnordered", 5, func() { sinkStream = stream.BufferUnordered(src, 8, ready[int]) }},
		{"ForEachConcurrent", 7, func() { sinkUnit = stream.ForEachConcurrent[int](src, 8, nil) }},
		{"GroupBy", 3, func() { sinkStream = stream.GroupBy[int, int, int](src, 2, nil, nil) }},
		{"Replay", 3, func() { sinkAny = stream.Replay(src, 4) }},
		{"Partition", 7, func() { sinkAny, _ = stream.Partition(src, 4, always) }},
		{"Collect", 2, func() { sinkAny = stream.Collect(src) }},
		{"Count", 2, func() { sinkFuture = stream.Count(src) }},
		{"Any", 1, func() { sinkAny = stream.Any(src, always) }},
		{"Every", 1, func() { sinkAny = stream.Every(src, always) }},
		{"ForEachTask", 3, func() { sinkUnit = stream.ForEachTask[int](src, nil) }},
		{"ForwardFuture", 1, func() { sinkUnit = stream.ForwardFuture(sink, src) }},
	} {
		if got := testing.AllocsPerRun(100, c.build); got > c.want {
			t.Errorf("%s is %v allocations, want %v", c.name, got, c.want)
		}
		measured[c.name] = true
	}
	exportedIn(t, func(_, name string) {
		if isStep := strings.HasSuffix(name, "Step") || strings.HasSuffix(name, "End"); !isStep && !measured[name] && !slices.Contains(makeNothing, name) {
			t.Errorf("%s has no row", name)
		}
	}, ".")
}

// makeNothing are functions that make no stream and no future, or what their argument is.
var makeNothing = strings.Fields("Of All Each Send SendAll Forward")

// none is a sequence without items.
func none(func(int, error) bool) {}

func TestItemsAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	big := func(v int) int { return v + 1<<20 } // Go's runtime keeps no table of such integers
	even := func(v int) bool { return v%2 == 0 }
	f := stream.Fold(stream.Map(stream.Iter(count), big).Filter(even).Skip(3).Merge(stream.Map(stream.Iter(count), big)), 0, add)
	defer edo.Drop(f)
	task := edotest.NewTask()
	edotest.Poll(task, f) // the first poll makes the coroutines
	poll := func(cx *edo.Context) { f.Poll(cx) }
	if got := testing.AllocsPerRun(100, func() { task.Enter(poll) }); got != 0 {
		t.Fatalf("%v allocations for 128 items", got)
	}
}

// lengthened returns a chain of stages that each give every item, one for each operation.
func lengthened(s stream.Seq[int]) stream.Stream[int] {
	s = stream.Scan(s, 1<<20, func(n, v int) (int, int) { return n, v + n })
	s = stream.Map(stream.Enumerate(s), func(p stream.Pair[int, int]) int { return p.Second })
	s = stream.Map(stream.Pairwise(s), func(p stream.Pair[int, int]) int { return p.Second })
	s = stream.Map(stream.Zip(s, stream.Cycle(func() stream.Stream[int] { return zeros })), func(p stream.Pair[int, int]) int { return p.First })
	s = stream.FilterMap(s, func(v int) (int, bool) { return v, true })
	s = stream.MapWhile(s, func(v int) (int, bool) { return v, true })
	s = s.SkipWhile(func(v int) bool { return false }).Inspect(func(int, error) {}).UntilError().Fuse()
	s = s.Catch(func(error) stream.Stream[int] { return nil })
	s = stream.Distinct(s, 4, identity)
	s = stream.DistinctUntilChanged(s, identity)
	s = stream.FlatMap(s, func(v int) stream.Stream[int] { return reused(v) })
	return stream.TakeUntil(s, edo.Future[int](never{}))
}

// zeros is an endless stream of 0.
var zeros = stream.PollFn(func(cx *edo.Context) (int, edo.Poll, error) { return 0, edo.Ready, nil })

// reused returns a stream of v alone, always the same one.
func reused(v int) stream.Stream[int] {
	theOne.v, theOne.given = v, false
	return &theOne
}

var theOne oneValue

type oneValue struct {
	v     int
	given bool
}

func (o *oneValue) PollNext(*edo.Context) (int, edo.Poll, error) {
	if o.given {
		return 0, edo.End, nil
	}
	o.given = true
	return o.v, edo.Ready, nil
}

// never is a future that is never ready.
type never struct{}

func (never) Poll(*edo.Context) (int, edo.Poll, error) { return 0, edo.Pending, nil }

func TestItemsOfALongChainAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	f := stream.Fold(lengthened(numbers()), 0, func(int, int) (int, error) { return 0, nil })
	task := edotest.NewTask()
	poll := func(cx *edo.Context) { f.Poll(cx) }
	for range 100 {
		task.EnterWithBudget(1000, poll) // Distinct has all its keys
	}
	if got := testing.AllocsPerRun(100, func() { task.EnterWithBudget(1000, poll) }); got != 0 {
		t.Fatalf("%v allocations", got)
	}
	edo.Drop(f)
}

// again is a future that is ready each time, so that the test's futures cost nothing.
type again struct{ v int }

func (a *again) Poll(*edo.Context) (int, edo.Poll, error) { return a.v, edo.Ready, nil }

func TestItemsOfStagesSideBySideAndOnTheClockAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	same := &again{1 << 20}
	inSim(t, func(task *edo.Task) error {
		s := stream.Merge[int](numbers(), numbers(), numbers())
		s = stream.Buffered(s, 4, func(int) edo.Future[int] { return same })
		s = stream.BufferUnordered(s, 4, func(int) edo.Future[int] { return same })
		s = stream.FlatMapUnordered(s, 1, func(v int) stream.Stream[int] { return reused(v) })
		s = s.Timeout(time.Hour).TimeoutRepeating(time.Hour).CatchPanic().Throttle(0).RateLimit(1, 1, 1)
		shared := stream.Share(s, 2)
		s = shared.Subscribe()
		shared.Drop()
		yes, no := stream.Partition(s, 2, func(int) bool { return true })
		no.Drop()
		s = stream.Map(stream.WithLatestFrom(yes, stream.Once(1)), func(p stream.Pair[int, int]) int { return p.First })
		s = stream.Map(stream.CombineLatest(s, stream.Once(1)), func(p stream.Pair[int, int]) int { return p.First })
		next := func() { edo.Next(task, s) }
		for range 100 {
			next()
		}
		if got := testing.AllocsPerRun(1000, next); got != 0 {
			t.Errorf("%v allocations for an item", got)
		}
		s.Drop()
		return nil
	})
}

func TestSendAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too, and empties pools")
	}
	got := -1.0
	f := async(func(task *edo.Task) error {
		got = testing.AllocsPerRun(1000, func() { stream.Send(task, discard{}, 1<<20) })
		return nil
	})
	edotest.NewTask().EnterWithBudget(1<<20, func(cx *edo.Context) { f.Poll(cx) })
	if got != 0 {
		t.Fatalf("%v allocations", got)
	}
}

// discard is a sink that always has room, and takes nothing off the budget.
type discard struct{}

func (discard) PollReady(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }
func (discard) StartSend(int) error                      { return nil }
func (discard) PollFlush(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }
func (discard) PollClose(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

// numbers returns an endless stream without a coroutine, to measure combinators with.
func numbers() stream.Seq[int] {
	n := 0
	return stream.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
		if !cx.Proceed(nil) {
			return 0, edo.Pending, nil
		}
		n++
		return n, edo.Ready, nil
	})
}

// benchmarkItems measures the cost of an item of the source of s, whether s gives it or not.
func benchmarkItems(b *testing.B, s edo.Stream[int]) {
	b.ReportAllocs()
	task := edotest.NewTask()
	for n := 0; n < b.N; n += 1024 {
		task.EnterWithBudget(1024, func(cx *edo.Context) {
			for {
				if _, p, _ := s.PollNext(cx); p == edo.Pending {
					return
				}
			}
		})
	}
	edo.Drop(s)
}

func BenchmarkTenStages(b *testing.B) {
	s := numbers()
	for range 5 {
		s = stream.Map(s, func(v int) int { return v + 1 }).Filter(func(v int) bool { return v > 0 })
	}
	benchmarkItems(b, s)
}

func BenchmarkScan(b *testing.B) { benchmarkItems(b, stream.Scan(numbers(), 0, both)) }
func BenchmarkFlatMap(b *testing.B) {
	benchmarkItems(b, stream.FlatMap(numbers(), reused))
}

func BenchmarkSource(b *testing.B) { benchmarkItems(b, numbers()) }
func BenchmarkIter(b *testing.B)   { benchmarkItems(b, stream.Iter(count)) }
func BenchmarkMap(b *testing.B) {
	benchmarkItems(b, stream.Map(numbers(), func(v int) int { return v + 1 }))
}
func BenchmarkFilter(b *testing.B) {
	benchmarkItems(b, numbers().Filter(func(v int) bool { return v%2 == 0 }))
}
func BenchmarkTakeWhile(b *testing.B) {
	benchmarkItems(b, numbers().TakeWhile(func(v int) bool { return v > 0 }))
}
func BenchmarkChain(b *testing.B) { benchmarkItems(b, stream.Once(1).Chain(numbers())) }
func BenchmarkMerge(b *testing.B) { benchmarkItems(b, numbers().Merge(numbers())) }

// benchmarkFold measures the cost of an item of a fold.
func benchmarkFold(b *testing.B, build func(s edo.Stream[int]) edo.Future[edo.Unit]) {
	b.ReportAllocs()
	task, f := edotest.NewTask(), build(numbers())
	for n := 0; n < b.N; n += 1024 {
		task.EnterWithBudget(1024, func(cx *edo.Context) { f.Poll(cx) })
	}
	edo.Drop(f)
}

func BenchmarkForEach(b *testing.B) {
	benchmarkFold(b, func(s edo.Stream[int]) edo.Future[edo.Unit] {
		return stream.ForEach(s, func(int) error { return nil })
	})
}

func BenchmarkForEachFuture(b *testing.B) {
	benchmarkFold(b, func(s edo.Stream[int]) edo.Future[edo.Unit] {
		return stream.ForEachFuture(s, func(int) edo.Future[edo.Unit] { return ready(edo.Unit{}) })
	})
}

// It runs on a runtime, whose pool of coroutines it uses.
func BenchmarkForEachTask(b *testing.B) {
	b.ReportAllocs()
	edo.RunFuture(stream.ForEachTask(numbers().Take(b.N), func(*edo.Task, int) error { return nil }))
}

func BenchmarkAll(b *testing.B) {
	b.ReportAllocs()
	f := async(func(task *edo.Task) error {
		n := 0
		for range stream.All(task, numbers()) {
			if n++; n == b.N {
				break
			}
		}
		return nil
	})
	task := edotest.NewTask()
	for ended := false; !ended; {
		task.EnterWithBudget(1024, func(cx *edo.Context) {
			_, p, _ := f.Poll(cx)
			ended = p == edo.Ready
		})
	}
}

// The pipeline of the background task in the guide.
func BenchmarkPipeline(b *testing.B) {
	type item struct{ kind, n int }
	b.ReportAllocs()
	items := stream.Map(numbers(), func(n int) item { return item{0, n} }).
		Chain(stream.Once(item{kind: 2})).
		Merge(stream.Map(stream.Empty[int](), func(int) item { return item{kind: 1} })).
		TakeWhile(func(it item) bool { return it.kind != 2 })
	sinkFuture = stream.Fold(items, 0, func(sum int, it item) (int, error) { return sum + it.n, nil })
	task := edotest.NewTask()
	for n := 0; n < b.N; n += 1024 {
		task.EnterWithBudget(1024, func(cx *edo.Context) { sinkFuture.Poll(cx) })
	}
}
