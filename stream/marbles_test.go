package stream_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// The functions that the pictures name.

func pairs[A, B any](s stream.Stream[stream.Pair[A, B]]) stream.Stream[string] {
	return stream.Map(s, func(p stream.Pair[A, B]) string { return fmt.Sprint(p.First, p.Second) })
}

func texts(s stream.Stream[[]string]) stream.Stream[string] {
	return stream.Map(s, func(chunk []string) string { return "[" + strings.Join(chunk, "") + "]" })
}

func self(v string) string { return v }

// first is a future of the first item of s.
type first struct{ s stream.Stream[string] }

func (f first) Poll(cx *edo.Context) (string, edo.Poll, error) {
	v, p, err := f.s.PollNext(cx)
	if p == edo.End {
		return v, edo.Pending, nil
	}
	return v, p, err
}

func (f first) Drop() { edo.Drop(f.s) }

type streams = []stream.Stream[string]

// after is a future that is ready with v after as many columns as v says.
func after(v string) edo.Future[string] {
	return future.Map(timer.SleepFuture(time.Duration(v[0]-'0')*column), func(edo.Unit) string { return v })
}

// thrice is a stream of v, three times, each behind two columns.
func thrice(v string) stream.Stream[string] {
	return stream.Then(stream.Values(v, v, v), func(v string) edo.Future[string] {
		return future.Map(timer.SleepFuture(2*column), func(edo.Unit) string { return v })
	})
}

// subscribeLater is a stream that subscribes to h at its start, and again after so many columns.
func subscribeLater(h *stream.Shared[string], columns int) stream.Stream[string] {
	early := h.Subscribe()
	late := stream.FlatMap(stream.Then(stream.Once(columns), func(n int) edo.Future[edo.Unit] {
		return timer.SleepFuture(time.Duration(n) * column)
	}), func(edo.Unit) stream.Stream[string] {
		defer h.Drop()
		return stream.Map(h.Subscribe(), func(v string) string { return string(v[0] - '1' + 'a') })
	})
	return early.Merge(late)
}

// operatorMarbles are the pictures of this package.
var operatorMarbles = []marble{
	{name: "Map", names: []string{"s"}, ins: []string{"1--2-#-3-|"}, out: "a--b-#-c-|", op: func(in streams) stream.Stream[string] {
		return stream.Map(in[0], func(v string) string { return string(v[0] - '1' + 'a') })
	}},
	{name: "MapErr", names: []string{"s"}, ins: []string{"1-#-2-#-3-|"}, out: "1---2---3-|", op: func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).MapErr(func(error) error { return nil })
	}},
	{name: "Then", names: []string{"s"}, ins: []string{"(31)--2----|"}, out: "---31---2--|", op: func(in streams) stream.Stream[string] { return stream.Then(in[0], after) }},
	{name: "Filter", names: []string{"s"}, ins: []string{"1-2-3-4-|"}, out: "--2---4-|", op: func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Filter(func(v string) bool { return v[0]%2 == 0 })
	}},
	{name: "Take", names: []string{"s"}, ins: []string{"1-2-#-3-4-|"}, out: "1-2-#-(3|)", op: func(in streams) stream.Stream[string] { return stream.Of(in[0]).Take(3) }},
	{name: "TakeWhile", names: []string{"s"}, ins: []string{"1-2-3-1-|"}, out: "1-2-|", op: func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).TakeWhile(func(v string) bool { return v < "3" })
	}},
	{name: "Skip", names: []string{"s"}, ins: []string{"1-2-#-3-4-|"}, out: "----#-3-4-|", op: func(in streams) stream.Stream[string] { return stream.Of(in[0]).Skip(2) }},
	{name: "Chain", names: []string{"s", "next"}, ins: []string{"1-2--|", "--a----b--|"}, out: "1-2--a-b--|", op: func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Chain(in[1])
	}},
	{name: "Fuse", names: []string{"s"}, ins: []string{"1-2-|"}, out: "1-2-|", op: func(in streams) stream.Stream[string] { return stream.Of(in[0]).Fuse() }},
	{name: "Enumerate", names: []string{"s"}, ins: []string{"a--b--c--|"}, out: "0a-1b-2c-|", op: func(in streams) stream.Stream[string] {
		return stream.Map(stream.Enumerate(in[0]), func(p stream.Pair[int, string]) string { return fmt.Sprint(p.First) + p.Second })
	}},
	{name: "Pairwise", names: []string{"s"}, ins: []string{"1--2--3--|"}, out: "---12-23-|", op: func(in streams) stream.Stream[string] { return pairs(stream.Pairwise(in[0])) }},
	{name: "Zip", names: []string{"a", "b"}, ins: []string{"1-2-----|", "---a--b----c-|"}, out: "---1a-2b|", op: func(in streams) stream.Stream[string] { return pairs(stream.Zip(in[0], in[1])) }},
	{name: "Scan", names: []string{"s"}, ins: []string{"1--2--3--|"}, out: "1--3--6--|", op: func(in streams) stream.Stream[string] {
		return stream.Scan(in[0], 0, func(sum int, v string) (int, string) {
			sum += int(v[0] - '0')
			return sum, fmt.Sprint(sum)
		})
	}},
	{name: "Chunks", names: []string{"s"}, ins: []string{"1-2----3-#----4-5---6|"}, out: "--[12]---([3]#)-[45]-([6]|)", op: func(in streams) stream.Stream[string] { return texts(stream.Chunks(in[0], 2)) }},
	{name: "ReadyChunks", names: []string{"s"}, ins: []string{"(123)----4---|"}, out: "([12][3])[4]-|", op: func(in streams) stream.Stream[string] { return texts(stream.ReadyChunks(in[0], 2)) }},
	{name: "FlatMap", names: []string{"s"}, ins: []string{"1----2----|"}, out: "(11)-(22)-|", op: func(in streams) stream.Stream[string] {
		return stream.FlatMap(in[0], func(v string) stream.Stream[string] { return stream.Values(v, v) })
	}},
	{name: "FilterMap", names: []string{"s"}, ins: []string{"1-2-3-4-|"}, out: "--a---b-|", op: func(in streams) stream.Stream[string] {
		return stream.FilterMap(in[0], func(v string) (string, bool) {
			return map[string]string{"2": "a", "4": "b"}[v], v == "2" || v == "4"
		})
	}},
	{name: "MapWhile", names: []string{"s"}, ins: []string{"1-2-3-4-|"}, out: "a-b-|", op: func(in streams) stream.Stream[string] {
		return stream.MapWhile(in[0], func(v string) (string, bool) { return string(v[0] + 'a' - '1'), v < "3" })
	}},
	{name: "SkipWhile", names: []string{"s"}, ins: []string{"1-2-3-1-|"}, out: "----3-1-|", op: func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).SkipWhile(func(v string) bool { return v < "3" })
	}},
	{name: "Distinct", names: []string{"s"}, ins: []string{"1-2-2-1-3-|"}, out: "1-2-----3-|", op: func(in streams) stream.Stream[string] { return stream.Distinct(in[0], 0, self) }},
	{name: "DistinctUntilChanged", names: []string{"s"}, ins: []string{"1-2-2-1-3-|"}, out: "1-2---1-3-|", op: func(in streams) stream.Stream[string] {
		return stream.DistinctUntilChanged(in[0], self)
	}},
	{name: "Inspect", names: []string{"s"}, ins: []string{"1-2-#-3-|"}, out: "1-2-#-3-|", op: func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Inspect(func(string, error) {})
	}},
	{name: "Catch", names: []string{"s", "fn"}, ins: []string{"1-2-#-3-|", "------a-b-|"}, out: "1-2---a-b-|", op: func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Catch(func(error) stream.Stream[string] { return in[1] })
	}},
	{name: "CatchPanic", names: []string{"s"}, ins: []string{"1-2-!"}, out: "1-2-(#|)", op: func(in streams) stream.Stream[string] { return stream.Of(in[0]).CatchPanic() }},
	{name: "UntilError", names: []string{"s"}, ins: []string{"1-2-#-3-|"}, out: "1-2-(#|)", op: func(in streams) stream.Stream[string] { return stream.Of(in[0]).UntilError() }},
	{name: "TakeUntil", names: []string{"s", "until"}, ins: []string{"1-2-3-4-|", "-----a"}, out: "1-2-3|", op: func(in streams) stream.Stream[string] {
		return stream.TakeUntil(in[0], edo.Future[string](first{in[1]}))
	}},
	{name: "Timeout", names: []string{"s"}, ins: []string{"1--2---------3--|"}, out: "1--2---#-----3--|", op: func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Timeout(4 * column)
	}},
	{name: "TimeoutRepeating", names: []string{"s"}, ins: []string{"1--2----------3--|"}, out: "1--2---#---#--3--|", op: func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).TimeoutRepeating(4 * column)
	}},
	{name: "ChunksTimeout", names: []string{"s"}, ins: []string{"1-2---------3-4-5---------6|"}, out: "------[12]------[345]------([6]|)", op: func(in streams) stream.Stream[string] {
		return texts(stream.ChunksTimeout(in[0], 3, 6*column))
	}},
	{name: "Throttle", names: []string{"s"}, ins: []string{"(12)---------3-4-|"}, out: "1---2--------3---(4|)", op: func(in streams) stream.Stream[string] { return stream.Of(in[0]).Throttle(4 * column) }},
	{name: "RateLimit", names: []string{"s"}, ins: []string{"(1234)------------5-|"}, out: "(12)3---4---------5-|", op: func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).RateLimit(1, 4*column, 2)
	}},
	{name: "Debounce", names: []string{"s"}, ins: []string{"1-2-3------4-#---5--6|"}, out: "--------3----(4#)----(6|)", op: func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Debounce(4 * column)
	}},
	{name: "Retry", names: []string{"first", "second", "third"}, ins: []string{"1-2-#", "------3-#", "------------4-|"}, out: "1-2---3-----4-|", op: func(in streams) stream.Stream[string] {
		return stream.Retry(stream.Backoff{Initial: 2 * column}, func() stream.Stream[string] {
			next := in[0]
			in = in[1:]
			return next
		})
	}},
	{name: "Buffered", names: []string{"s"}, ins: []string{"(42)-----1-|"}, out: "----(42)--1|", op: func(in streams) stream.Stream[string] { return stream.Buffered(in[0], 2, after) }},
	{name: "BufferUnordered", names: []string{"s"}, ins: []string{"(42)-----1-|"}, out: "--2-4-----1|", op: func(in streams) stream.Stream[string] {
		return stream.BufferUnordered(in[0], 2, after)
	}},
	{name: "Merge", names: []string{"s", "second", "third"}, ins: []string{"1-----2--|", "--a--b|", "---x-----y--|"}, out: "1-ax-b2--y--|", op: func(in streams) stream.Stream[string] {
		return stream.Merge(in...)
	}},
	{name: "FlatMapUnordered", names: []string{"s"}, ins: []string{"1--2--3|"}, out: "--1-1212323-(3|)", op: func(in streams) stream.Stream[string] { return stream.FlatMapUnordered(in[0], 2, thrice) }},
	{name: "Switch", names: []string{"s"}, ins: []string{"1-------2---3|"}, out: "--1-1-1---2---3-3-(3|)", op: func(in streams) stream.Stream[string] { return stream.Switch(in[0], thrice) }},
	{name: "CombineLatest", names: []string{"a", "b"}, ins: []string{"1-----2-----3|", "---a-----b---------|"}, out: "---1a-2a-2b-3b-----|", op: func(in streams) stream.Stream[string] {
		return pairs(stream.CombineLatest(in[0], in[1]))
	}},
	{name: "WithLatestFrom", names: []string{"s", "other"}, ins: []string{"1--2--3--4--|", "--a----b---|"}, out: "---2a-3a-4b-|", op: func(in streams) stream.Stream[string] {
		return pairs(stream.WithLatestFrom(in[0], in[1]))
	}},
	{name: "GroupBy", names: []string{"s"}, ins: []string{"1-2-3-4-5-6|"}, out: "----1324---(56|)", op: func(in streams) stream.Stream[string] {
		return stream.GroupBy(in[0], 2, func(v string) bool { return v[0]%2 == 0 }, func(isEven bool, group stream.Seq[string]) stream.Stream[string] {
			return stream.Map(stream.Chunks(group, 2), func(two []string) string { return strings.Join(two, "") })
		})
	}},
	{name: "Share", names: []string{"s"}, ins: []string{"1--2--3----|"}, out: "1--2--(c3)-|", op: func(in streams) stream.Stream[string] {
		return subscribeLater(stream.Share(in[0], 1), 4)
	}},
	{name: "Replay", names: []string{"s"}, ins: []string{"1--2--3------4------|"}, out: "1--2--3(bc)--(4d)---|", op: func(in streams) stream.Stream[string] {
		return subscribeLater(stream.Replay(in[0], 2), 7)
	}},
	{name: "Partition", names: []string{"s"}, ins: []string{"1-2-3-4-|"}, out: "1-b-3-d-|", op: func(in streams) stream.Stream[string] {
		odd, even := stream.Partition(in[0], 1, func(v string) bool { return v[0]%2 == 1 })
		return odd.Merge(stream.Map(even, func(v string) string { return string(v[0] - '1' + 'a') }))
	}},
}
