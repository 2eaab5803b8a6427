package stream_test

import (
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/stream"
)

// halting is an endless stream that is pending before each number.
type halting struct {
	n     int
	waits bool
}

func (h *halting) PollNext(cx *edo.Context) (int, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return 0, edo.Pending, nil
	}
	if h.waits = !h.waits; h.waits {
		cx.Waker().WakeBy(cx)
		return 0, edo.Pending, nil
	}
	h.n++
	return 1<<20 + h.n%2, edo.Ready, nil
}

// itemCost is what an item of an operator allocates.
type itemCost struct {
	name  string
	want  float64
	build func(s stream.Seq[int]) stream.Stream[int] // over an endless stream
}

// itemCosts has each operator of the guide.
var itemCosts = []itemCost{
	{"Map", 0, func(s stream.Seq[int]) stream.Stream[int] { return stream.Map(s, identity) }},
	{"Then", 0, func(s stream.Seq[int]) stream.Stream[int] {
		same := &again{1 << 20}
		return stream.Then(s, func(int) edo.Future[int] { return same })
	}},
	{"Filter", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.Filter(func(v int) bool { return v%2 == 0 }) }},
	{"FilterMap", 0, func(s stream.Seq[int]) stream.Stream[int] {
		return stream.FilterMap(s, func(v int) (int, bool) { return v, v%2 == 0 })
	}},
	{"Scan", 0, func(s stream.Seq[int]) stream.Stream[int] { return stream.Scan(s, 1<<20, both) }},
	{"Enumerate", 0, func(s stream.Seq[int]) stream.Stream[int] {
		return firstly(stream.Enumerate(s))
	}},
	{"Pairwise", 0, func(s stream.Seq[int]) stream.Stream[int] { return firstly(stream.Pairwise(s)) }},
	{"Distinct", 0, func(s stream.Seq[int]) stream.Stream[int] {
		n := 0
		return stream.Distinct(s, 4, func(int) int { n++; return n % 100 })
	}},
	{"DistinctUntilChanged", 0, func(s stream.Seq[int]) stream.Stream[int] { return stream.DistinctUntilChanged(s, identity) }},
	{"Inspect", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.Inspect(func(int, error) {}) }},
	{"Take", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.Take(1 << 30) }},
	{"TakeWhile", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.TakeWhile(func(int) bool { return true }) }},
	{"MapWhile", 0, func(s stream.Seq[int]) stream.Stream[int] {
		return stream.MapWhile(s, func(v int) (int, bool) { return v, true })
	}},
	{"TakeUntil", 0, func(s stream.Seq[int]) stream.Stream[int] { return stream.TakeUntil(s, edo.Future[int](never{})) }},
	{"Skip", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.Skip(10) }},
	{"SkipWhile", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.SkipWhile(func(int) bool { return false }) }},
	{"Chain", 0, func(s stream.Seq[int]) stream.Stream[int] { return stream.Values(1).Chain(s) }},
	{"Fuse", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.Fuse() }},
	{"Merge", 0, func(s stream.Seq[int]) stream.Stream[int] { return stream.Merge(s, stream.Stream[int](&halting{})) }},
	{"Zip", 0, func(s stream.Seq[int]) stream.Stream[int] {
		return firstly(stream.Zip(s, stream.Stream[int](&halting{})))
	}},
	{"CombineLatest", 0, func(s stream.Seq[int]) stream.Stream[int] {
		return firstly(stream.CombineLatest(s, stream.Stream[int](&halting{})))
	}},
	{"WithLatestFrom", 0, func(s stream.Seq[int]) stream.Stream[int] {
		return firstly(stream.WithLatestFrom(s, stream.Stream[int](&halting{})))
	}},
	{"FlatMap", 0, func(s stream.Seq[int]) stream.Stream[int] { return stream.FlatMap(s, oneEach()) }},
	{"FlatMapUnordered", 0, func(s stream.Seq[int]) stream.Stream[int] { return stream.FlatMapUnordered(s, 1, oneEach()) }},
	{"Switch", 0, func(s stream.Seq[int]) stream.Stream[int] { return stream.Switch(s, oneEach()) }},
	{"GroupBy", 0, func(s stream.Seq[int]) stream.Stream[int] {
		return stream.GroupBy(s, 2, func(v int) int { return v % 2 }, func(_ int, group stream.Seq[int]) stream.Stream[int] { return group })
	}},
	{"Partition", 0, func(s stream.Seq[int]) stream.Stream[int] {
		yes, no := stream.Partition(s, 4, func(v int) bool { return v%2 == 0 })
		return yes.Merge(no)
	}},
	{"Share", 0, func(s stream.Seq[int]) stream.Stream[int] {
		h := stream.Share(s, 4)
		defer h.Drop()
		return h.Subscribe().Merge(h.Subscribe())
	}},
	{"Replay", 0, func(s stream.Seq[int]) stream.Stream[int] {
		h := stream.Replay(s, 4)
		defer h.Drop()
		return h.Subscribe().Merge(h.Subscribe())
	}},
	{"Buffered", 0, func(s stream.Seq[int]) stream.Stream[int] {
		same := &again{1 << 20}
		return stream.Buffered(s, 4, func(int) edo.Future[int] { return same })
	}},
	{"BufferUnordered", 0, func(s stream.Seq[int]) stream.Stream[int] {
		same := &again{1 << 20}
		return stream.BufferUnordered(s, 4, func(int) edo.Future[int] { return same })
	}},
	{"Chunks", 1, func(s stream.Seq[int]) stream.Stream[int] { return stream.Map(stream.Chunks(s, 4), sum) }},
	{"ReadyChunks", 1, func(s stream.Seq[int]) stream.Stream[int] { return stream.Map(stream.ReadyChunks(s, 4), sum) }},
	{"ChunksTimeout", 1, func(s stream.Seq[int]) stream.Stream[int] {
		return stream.Map(stream.ChunksTimeout(s, 4, time.Hour), sum)
	}},
	{"Timeout", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.Timeout(time.Hour) }},
	{"TimeoutRepeating", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.TimeoutRepeating(time.Hour) }},
	{"Throttle", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.Throttle(time.Millisecond) }},
	{"RateLimit", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.RateLimit(1, time.Millisecond, 1) }},
	{"Debounce", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.Debounce(0) }},
	{"MapErr", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.MapErr(func(err error) error { return err }) }},
	{"UntilError", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.UntilError() }},
	{"Catch", 0, func(s stream.Seq[int]) stream.Stream[int] {
		return s.Catch(func(error) stream.Stream[int] { return nil })
	}},
	{"CatchPanic", 0, func(s stream.Seq[int]) stream.Stream[int] { return s.CatchPanic() }},
	{"Retry", 0, func(s stream.Seq[int]) stream.Stream[int] {
		return stream.Retry(stream.Backoff{}, func() stream.Stream[int] { return s })
	}},
}

// oneEach returns a function that makes a stream of its value, always the same stream.
func oneEach() func(v int) stream.Stream[int] {
	one := &oneValue{}
	return func(v int) stream.Stream[int] {
		one.v, one.given = v, false
		return one
	}
}

func TestAnItemOfEachOperatorAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	for _, c := range itemCosts {
		inSim(t, func(task *edo.Task) error {
			s := c.build(stream.Of[int](&halting{}))
			next := func() { edo.Next(task, s) }
			for range 200 {
				next()
			}
			if got := testing.AllocsPerRun(200, next); got != c.want {
				t.Errorf("%s: %v allocations for an item, want %v", c.name, got, c.want)
			}
			edo.Drop(s)
			return nil
		})
	}
	for _, section := range sections[:6] {
		for _, row := range section.rows {
			if !slices.ContainsFunc(itemCosts, func(c itemCost) bool { return c.name == row.name }) {
				t.Errorf("%s has no row", row.name)
			}
		}
	}
}
