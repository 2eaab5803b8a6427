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

// marbles are the pictures of the documentation.
var marbles = []marble{
	{"Map", []string{"s"}, []string{"1--2-#-3-|"}, "a--b-#-c-|", func(in streams) stream.Stream[string] {
		return stream.Map(in[0], func(v string) string { return string(v[0] - '1' + 'a') })
	}},
	{"MapErr", []string{"s"}, []string{"1-#-2-#-3-|"}, "1---2---3-|", func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).MapErr(func(error) error { return nil })
	}},
	{"Then", []string{"s"}, []string{"(31)--2----|"}, "---31---2--|", func(in streams) stream.Stream[string] { return stream.Then(in[0], after) }},
	{"Filter", []string{"s"}, []string{"1-2-3-4-|"}, "--2---4-|", func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Filter(func(v string) bool { return v[0]%2 == 0 })
	}},
	{"Take", []string{"s"}, []string{"1-2-#-3-4-|"}, "1-2-#-(3|)", func(in streams) stream.Stream[string] { return stream.Of(in[0]).Take(3) }},
	{"TakeWhile", []string{"s"}, []string{"1-2-3-1-|"}, "1-2-|", func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).TakeWhile(func(v string) bool { return v < "3" })
	}},
	{"Skip", []string{"s"}, []string{"1-2-#-3-4-|"}, "----#-3-4-|", func(in streams) stream.Stream[string] { return stream.Of(in[0]).Skip(2) }},
	{"Chain", []string{"s", "next"}, []string{"1-2--|", "--a----b--|"}, "1-2--a-b--|", func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Chain(in[1])
	}},
	{"Fuse", []string{"s"}, []string{"1-2-|"}, "1-2-|", func(in streams) stream.Stream[string] { return stream.Of(in[0]).Fuse() }},
	{"Enumerate", []string{"s"}, []string{"a--b--c--|"}, "0a-1b-2c-|", func(in streams) stream.Stream[string] {
		return stream.Map(stream.Enumerate(in[0]), func(p stream.Pair[int, string]) string { return fmt.Sprint(p.First) + p.Second })
	}},
	{"Pairwise", []string{"s"}, []string{"1--2--3--|"}, "---12-23-|", func(in streams) stream.Stream[string] { return pairs(stream.Pairwise(in[0])) }},
	{"Zip", []string{"a", "b"}, []string{"1-2-----|", "---a--b----c-|"}, "---1a-2b|", func(in streams) stream.Stream[string] { return pairs(stream.Zip(in[0], in[1])) }},
	{"Scan", []string{"s"}, []string{"1--2--3--|"}, "1--3--6--|", func(in streams) stream.Stream[string] {
		return stream.Scan(in[0], 0, func(sum int, v string) (int, string) {
			sum += int(v[0] - '0')
			return sum, fmt.Sprint(sum)
		})
	}},
	{"Chunks", []string{"s"}, []string{"1-2----3-#----4-5---6|"}, "--[12]---([3]#)-[45]-([6]|)", func(in streams) stream.Stream[string] { return texts(stream.Chunks(in[0], 2)) }},
	{"ReadyChunks", []string{"s"}, []string{"(123)----4---|"}, "([12][3])[4]-|", func(in streams) stream.Stream[string] { return texts(stream.ReadyChunks(in[0], 2)) }},
	{"FlatMap", []string{"s"}, []string{"1----2----|"}, "(11)-(22)-|", func(in streams) stream.Stream[string] {
		return stream.FlatMap(in[0], func(v string) stream.Stream[string] { return stream.Values(v, v) })
	}},
	{"FilterMap", []string{"s"}, []string{"1-2-3-4-|"}, "--a---b-|", func(in streams) stream.Stream[string] {
		return stream.FilterMap(in[0], func(v string) (string, bool) {
			return map[string]string{"2": "a", "4": "b"}[v], v == "2" || v == "4"
		})
	}},
	{"MapWhile", []string{"s"}, []string{"1-2-3-4-|"}, "a-b-|", func(in streams) stream.Stream[string] {
		return stream.MapWhile(in[0], func(v string) (string, bool) { return string(v[0] + 'a' - '1'), v < "3" })
	}},
	{"SkipWhile", []string{"s"}, []string{"1-2-3-1-|"}, "----3-1-|", func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).SkipWhile(func(v string) bool { return v < "3" })
	}},
	{"Distinct", []string{"s"}, []string{"1-2-2-1-3-|"}, "1-2-----3-|", func(in streams) stream.Stream[string] { return stream.Distinct(in[0], 0, self) }},
	{"DistinctUntilChanged", []string{"s"}, []string{"1-2-2-1-3-|"}, "1-2---1-3-|", func(in streams) stream.Stream[string] {
		return stream.DistinctUntilChanged(in[0], self)
	}},
	{"Inspect", []string{"s"}, []string{"1-2-#-3-|"}, "1-2-#-3-|", func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Inspect(func(string, error) {})
	}},
	{"Catch", []string{"s", "fn"}, []string{"1-2-#-3-|", "------a-b-|"}, "1-2---a-b-|", func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Catch(func(error) stream.Stream[string] { return in[1] })
	}},
	{"UntilError", []string{"s"}, []string{"1-2-#-3-|"}, "1-2-(#|)", func(in streams) stream.Stream[string] { return stream.Of(in[0]).UntilError() }},
	{"TakeUntil", []string{"s", "until"}, []string{"1-2-3-4-|", "-----a"}, "1-2-3|", func(in streams) stream.Stream[string] {
		return stream.TakeUntil(in[0], edo.Future[string](first{in[1]}))
	}},
	{"Timeout", []string{"s"}, []string{"1--2---------3--|"}, "1--2---#-----3--|", func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Timeout(4 * column)
	}},
	{"ChunksTimeout", []string{"s"}, []string{"1-2---------3-4-5---------6|"}, "------[12]------[345]------([6]|)", func(in streams) stream.Stream[string] {
		return texts(stream.ChunksTimeout(in[0], 3, 6*column))
	}},
	{"Throttle", []string{"s"}, []string{"(12)---------3-4-|"}, "1---2--------3---(4|)", func(in streams) stream.Stream[string] { return stream.Of(in[0]).Throttle(4 * column) }},
	{"RateLimit", []string{"s"}, []string{"(1234)------------5-|"}, "(12)3---4---------5-|", func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).RateLimit(1, 4*column, 2)
	}},
	{"Debounce", []string{"s"}, []string{"1-2-3------4-#---5--6|"}, "--------3----(4#)----(6|)", func(in streams) stream.Stream[string] {
		return stream.Of(in[0]).Debounce(4 * column)
	}},
	{"Retry", []string{"first", "second", "third"}, []string{"1-2-#", "------3-#", "------------4-|"}, "1-2---3-----4-|", func(in streams) stream.Stream[string] {
		return stream.Retry(stream.Backoff{Initial: 2 * column}, func() stream.Stream[string] {
			next := in[0]
			in = in[1:]
			return next
		})
	}},
	{"Buffered", []string{"s"}, []string{"(42)-----1-|"}, "----(42)--1|", func(in streams) stream.Stream[string] { return stream.Buffered(in[0], 2, after) }},
	{"BufferUnordered", []string{"s"}, []string{"(42)-----1-|"}, "--2-4-----1|", func(in streams) stream.Stream[string] {
		return stream.BufferUnordered(in[0], 2, after)
	}},
	{"Merge", []string{"s", "second", "third"}, []string{"1-----2--|", "--a--b|", "---x-----y--|"}, "1-ax-b2--y--|", func(in streams) stream.Stream[string] {
		return stream.Merge(in...)
	}},
	{"FlatMapUnordered", []string{"s"}, []string{"1--2--3|"}, "--1-1212323-(3|)", func(in streams) stream.Stream[string] { return stream.FlatMapUnordered(in[0], 2, thrice) }},
	{"Switch", []string{"s"}, []string{"1-------2---3|"}, "--1-1-1---2---3-3-(3|)", func(in streams) stream.Stream[string] { return stream.Switch(in[0], thrice) }},
	{"CombineLatest", []string{"a", "b"}, []string{"1-----2-----3|", "---a-----b---------|"}, "---1a-2a-2b-3b-----|", func(in streams) stream.Stream[string] {
		return pairs(stream.CombineLatest(in[0], in[1]))
	}},
	{"WithLatestFrom", []string{"s", "other"}, []string{"1--2--3--4--|", "--a----b---|"}, "---2a-3a-4b-|", func(in streams) stream.Stream[string] {
		return pairs(stream.WithLatestFrom(in[0], in[1]))
	}},
	{"GroupBy", []string{"s"}, []string{"1-2-3-4-5-6|"}, "----1324---(56|)", func(in streams) stream.Stream[string] {
		return stream.GroupBy(in[0], 2, func(v string) bool { return v[0]%2 == 0 }, func(isEven bool, group stream.Seq[string]) stream.Stream[string] {
			return stream.Map(stream.Chunks(group, 2), func(two []string) string { return strings.Join(two, "") })
		})
	}},
	{"Share", []string{"s"}, []string{"1--2--3----|"}, "1--2--(c3)-|", func(in streams) stream.Stream[string] {
		return subscribeLater(stream.Share(in[0], 1), 4)
	}},
	{"Replay", []string{"s"}, []string{"1--2--3------4------|"}, "1--2--3(bc)--(4d)---|", func(in streams) stream.Stream[string] {
		return subscribeLater(stream.Replay(in[0], 2), 7)
	}},
	{"Partition", []string{"s"}, []string{"1-2-3-4-|"}, "1-b-3-d-|", func(in streams) stream.Stream[string] {
		odd, even := stream.Partition(in[0], 1, func(v string) bool { return v[0]%2 == 1 })
		return odd.Merge(stream.Map(even, func(v string) string { return string(v[0] - '1' + 'a') }))
	}},
}
