package stream_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/stream"
)

// show prints the items of s.
func show[T any](s stream.Stream[T]) { fmt.Println(edo.RunFuture(stream.Collect(s))) }

// flaky is a stream of 1, an error, and 2.
func flaky() stream.Seq[int] {
	return stream.Values(1).Chain(stream.Iter2(func(yield func(int, error) bool) {
		_ = yield(0, errors.New("flaky")) && yield(2, nil)
	}))
}

func doubled(n int) edo.Future[int] { return future.Ready(2 * n) }

func ExampleScan() {
	show(stream.Scan(stream.Values(1, 2, 3), 0, func(sum, v int) (int, int) { return sum + v, sum + v }))
	// Output: [1 3 6] <nil>
}

func ExampleEnumerate() {
	show(stream.Enumerate(stream.Values("a", "b")))
	// Output: [{0 a} {1 b}] <nil>
}

func ExamplePairwise() {
	rises := stream.FilterMap(stream.Pairwise(stream.Values(3, 5, 4, 9)), func(p stream.Pair[int, int]) (int, bool) {
		return p.Second - p.First, p.Second > p.First
	})
	show(rises)
	// Output: [2 5] <nil>
}

func ExampleZip() {
	show(stream.Zip(stream.Values("a", "b", "c"), stream.Values(1, 2)))
	// Output: [{a 1} {b 2}] <nil>
}

func ExampleChunks() {
	show(stream.Chunks(stream.Values(1, 2, 3), 2))
	// Output: [[1 2] [3]] <nil>
}

func ExampleReadyChunks() {
	show(stream.ReadyChunks(stream.Values(1, 2, 3), 10))
	// Output: [[1 2 3]] <nil>
}

func ExampleChunksTimeout() {
	show(stream.ChunksTimeout(stream.Values(1, 2, 3), 2, time.Second))
	// Output: [[1 2] [3]] <nil>
}

func ExampleFlatMap() {
	show(stream.FlatMap(stream.Values("a b", "c"), func(line string) stream.Stream[string] {
		return stream.Values(strings.Fields(line)...)
	}))
	// Output: [a b c] <nil>
}

func ExampleFlatMapUnordered() {
	show(stream.FlatMapUnordered(stream.Values(1, 2), 2, func(v int) stream.Stream[int] { return stream.Values(v, 10*v) }))
	// Output: [1 2 10 20] <nil>
}

func ExampleFilterMap() {
	show(stream.FilterMap(stream.Values("a=1", "b"), func(s string) (string, bool) {
		_, value, ok := strings.Cut(s, "=")
		return value, ok
	}))
	// Output: [1] <nil>
}

func ExampleMapWhile() {
	show(stream.MapWhile(stream.Values(1, 2, -1, 3), func(v int) (string, bool) { return fmt.Sprint("n", v), v > 0 }))
	// Output: [n1 n2] <nil>
}

func ExampleSeq_TakeWhile() {
	show(stream.Values(1, 2, 3, 1).TakeWhile(func(v int) bool { return v < 3 }))
	// Output: [1 2] <nil>
}

func ExampleSeq_SkipWhile() {
	show(stream.Values(1, 2, 3, 1).SkipWhile(func(v int) bool { return v < 3 }))
	// Output: [3 1] <nil>
}

func ExampleSeq_Skip() {
	show(stream.Values(1, 2, 3).Skip(2))
	// Output: [3] <nil>
}

func ExampleSeq_Chain() {
	show(stream.Values(1, 2).Chain(stream.Once(3)))
	// Output: [1 2 3] <nil>
}

func ExampleSeq_Fuse() {
	show(stream.Values(1).Fuse())
	// Output: [1] <nil>
}

func ExampleDistinct() {
	show(stream.Distinct(stream.Values("a", "b", "A"), 0, strings.ToLower))
	// Output: [a b] <nil>
}

func ExampleDistinctUntilChanged() {
	show(stream.DistinctUntilChanged(stream.Values(1, 1, 2, 1), func(v int) int { return v }))
	// Output: [1 2 1] <nil>
}

func ExampleSeq_Inspect() {
	n := 0
	s := stream.Values("a", "b").Inspect(func(string, error) { n++ })
	show(s)
	fmt.Println(n, "items")
	// Output:
	// [a b] <nil>
	// 2 items
}

func ExampleSeq_Catch() {
	show(flaky().Catch(func(error) stream.Stream[int] { return stream.Values(7, 8) }))
	// Output: [1 7 8] <nil>
}

func ExampleSeq_CatchPanic() {
	quotients := stream.Map(stream.Values(3, 0, 1), func(v int) int { return 6 / v })
	show(quotients.CatchPanic().MapErr(func(err error) error {
		if panicked, ok := errors.AsType[*edo.PanicError](err); ok {
			fmt.Println("a panic:", panicked.Value)
		}
		return nil
	}))
	// Output:
	// a panic: runtime error: integer divide by zero
	// [2] <nil>
}

func ExampleSeq_UntilError() {
	show(flaky().UntilError().MapErr(func(err error) error { fmt.Println(err); return nil }))
	// Output:
	// flaky
	// [1] <nil>
}

func ExampleRetry() {
	tries := 0
	show(stream.Retry(stream.Backoff{Attempts: 5}, func() stream.Stream[int] {
		if tries++; tries < 3 {
			return flaky().Skip(1).UntilError()
		}
		return stream.Values(tries)
	}))
	// Output: [3] <nil>
}

func ExampleTakeUntil() {
	show(stream.TakeUntil(stream.Values(1, 2, 3), edo.Future[string](future.Ready("stop"))))
	// Output: [] <nil>
}

func ExampleBuffered() {
	show(stream.Buffered(stream.Values(1, 2, 3), 2, doubled))
	// Output: [2 4 6] <nil>
}

func ExampleBufferUnordered() {
	sorted := future.Map(stream.Collect(stream.BufferUnordered(stream.Values(1, 2, 3), 2, doubled)), func(all []int) []int {
		slices.Sort(all)
		return all
	})
	fmt.Println(edo.RunFuture(edo.Future[[]int](sorted)))
	// Output: [2 4 6] <nil>
}

func ExampleMerge() {
	show(stream.Merge(stream.Values(1, 4), stream.Values(2, 5), stream.Values(3)))
	// Output: [1 2 3 4 5] <nil>
}

func ExampleSwitch() {
	show(stream.Switch(stream.Values("a", "b"), func(v string) stream.Stream[string] { return stream.Values(v, v) }))
	// Output: [b b] <nil>
}

func ExampleCombineLatest() {
	show(stream.CombineLatest(stream.Values(1, 2), stream.Values("a", "b")))
	// Output: [{1 a} {2 a} {2 b}] <nil>
}

func ExampleWithLatestFrom() {
	show(stream.WithLatestFrom(stream.Values(1, 2), stream.Values("a", "b")))
	// Output: [{1 b} {2 b}] <nil>
}

func ExampleGroupBy() {
	words := stream.Values("ant", "bee", "asp", "bat")
	byLetter := stream.GroupBy(words, 26, func(w string) byte { return w[0] }, func(letter byte, group stream.Seq[string]) stream.Stream[string] {
		return stream.Map(stream.Chunks(group, 10), func(all []string) string { return string(letter) + ": " + strings.Join(all, " ") })
	})
	show(byLetter)
	// Output: [a: ant asp b: bee bat] <nil>
}

func ExamplePartition() {
	even, odd := stream.Partition(stream.Values(1, 2, 3, 4), 8, func(v int) bool { return v%2 == 0 })
	show(even.Chain(odd))
	// Output: [2 4 1 3] <nil>
}

func ExampleShare() {
	shared := stream.Share(stream.Values(1, 2), 4)
	a, b := shared.Subscribe(), shared.Subscribe()
	shared.Drop()
	show(a.Chain(b))
	// Output: [1 2 1 2] <nil>
}

func ExampleReplay() {
	shared := stream.Replay(stream.Values(1, 2, 3), 2)
	show(shared.Subscribe())
	show(shared.Subscribe())
	shared.Drop()
	// Output:
	// [1 2 3] <nil>
	// [2 3] <nil>
}

func ExampleNewStreamMap() {
	m := stream.NewStreamMap[string, int]()
	m.Insert("x", stream.Values(1, 2))
	m.Insert("y", stream.Values(3))
	show(m)
	// Output: [{x 1} {y 3} {x 2}] <nil>
}

func ExampleSeq_Timeout() {
	silent := stream.Of(stream.Then(stream.Once(1), func(int) edo.Future[int] { return future.PollFn(silence[int]) }))
	fmt.Println(edo.RunFuture(stream.Collect(silent.Timeout(time.Millisecond))))
	// Output: [] stream: no item for 1ms
}

func ExampleSeq_TimeoutRepeating() {
	err := edo.Run(func(task *edo.Task) error {
		warnings := 0
		for _, err := range stream.All(task, stream.PollFn(silence[int]).TimeoutRepeating(time.Millisecond)) {
			fmt.Println(err)
			if warnings++; warnings == 2 {
				break
			}
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// stream: no item for 1ms
	// stream: no item for 1ms
	// <nil>
}

func silence[T any](*edo.Context) (zero T, _ edo.Poll, _ error) { return zero, edo.Pending, nil }

func ExampleSeq_Throttle() {
	show(stream.Values(1, 2).Throttle(time.Millisecond))
	// Output: [1 2] <nil>
}

func ExampleSeq_RateLimit() {
	show(stream.Values(1, 2, 3).RateLimit(1000, time.Second, 10))
	// Output: [1 2 3] <nil>
}

func ExampleSeq_Debounce() {
	show(stream.Values("h", "he", "hello").Debounce(time.Millisecond))
	// Output: [hello] <nil>
}

func ExampleUnfold() {
	show(stream.Unfold([2]int{0, 1}, func(s [2]int) (int, [2]int, bool) { return s[0], [2]int{s[1], s[0] + s[1]}, s[0] < 10 }))
	// Output: [0 1 1 2 3 5 8] <nil>
}

func ExampleCycle() {
	show(stream.Cycle(func() stream.Stream[int] { return stream.Values(1, 2) }).Take(5))
	// Output: [1 2 1 2 1] <nil>
}

func ExampleFromChan() {
	ch := make(chan int, 2)
	ch <- 1
	ch <- 2
	close(ch)
	show(stream.FromChan(ch))
	// Output: [1 2] <nil>
}

func ExampleAny() {
	fmt.Println(edo.RunFuture(stream.Any(stream.Values(1, 2), func(v int) bool { return v > 1 })))
	fmt.Println(edo.RunFuture(stream.Every(stream.Values(1, 2), func(v int) bool { return cmp.Less(0, v) })))
	fmt.Println(edo.RunFuture(stream.Count(stream.Values(1, 2))))
	// Output:
	// true <nil>
	// true <nil>
	// 2 <nil>
}
