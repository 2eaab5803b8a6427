package stream_test

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/sink"
	"github.com/edo-go/edo/stream/window"
)

// sections are the parts of docs/streams.md.
var sections = []struct {
	title string
	rows  []guided
}{
	{"One value after the other", []guided{
		{"Map", "each value becomes another one, at once", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Map(src, func(h *owntest.Handle) *owntest.Handle { return h }), give)
		}},
		{"Then", "each value becomes another one, by a future; one at a time", "one value, in its future", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Then(src, fewPolls), give)
		}},
		{"Filter", "some values are not wanted", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Filter(func(h *owntest.Handle) bool { return h.N%2 == 0 }), give)
		}},
		{"FilterMap", "both at once", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.FilterMap(src, whichIs(func(n int) bool { return n%2 == 0 })), give)
		}},
		{"Scan", "a running total, or any state from value to value", "the accumulator", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return stream.Scan(src, nil, func(last, h *owntest.Handle) (*owntest.Handle, int) { edo.Drop(orNone(last)); return h, 0 })
		}},
		{"Enumerate", "each value needs its number", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return stream.Map(stream.Enumerate(src), func(p stream.Pair[int, *owntest.Handle]) int { give(p.Second); return 0 })
		}},
		{"Pairwise", "each value is compared with the one before", "the last value, which was given before, but for the first", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			seen := map[*owntest.Handle]bool{}
			return stream.Map(stream.Pairwise(src), func(p stream.Pair[*owntest.Handle, *owntest.Handle]) int {
				for _, h := range []*owntest.Handle{p.First, p.Second} {
					if !seen[h] {
						seen[h] = true
						give(h)
					}
				}
				return 0
			})
		}},
		{"Distinct", "values may come twice", "the last keys", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Distinct(src, 2, func(h *owntest.Handle) int { return h.N % 3 }), give)
		}},
		{"DistinctUntilChanged", "only changes matter", "one key", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.DistinctUntilChanged(src, func(h *owntest.Handle) int { return h.N / 2 }), give)
		}},
		{"Inspect", "something is to be counted or logged on the way", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Inspect(func(*owntest.Handle, error) {}), give)
		}},
	}},
	{"The beginning and the end", []guided{
		{"Take", "the first n are enough; the source is dropped with the last of them", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Take(5), give)
		}},
		{"TakeWhile", "until a value says that it is enough", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).TakeWhile(func(h *owntest.Handle) bool { return h.N < 7 }), give)
		}},
		{"MapWhile", "the same, with values that become others", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.MapWhile(src, whichIs(func(n int) bool { return n < 7 })), give)
		}},
		{"TakeUntil", "until something else happens: a signal, a time, a token", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.TakeUntil(src, slow(1, 30)), give)
		}},
		{"Skip", "the first n are not wanted", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Skip(2), give)
		}},
		{"SkipWhile", "those before a value are not wanted", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).SkipWhile(func(h *owntest.Handle) bool { return h.N < 4 }), give)
		}},
		{"Chain", "another stream follows", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Empty[*owntest.Handle]().Chain(src), give)
		}},
		{"Fuse", "a stream of another kind does not end for good", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Fuse(), give)
		}},
	}},
	{"Several streams", []guided{
		{"Merge", "the values of several streams as they come, fairly", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Merge(src, nil, stream.Empty[*owntest.Handle]()), give)
		}},
		{"Zip", "the values of two streams belong together by their number", "one value, of the stream that is ahead", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			slow := stream.Then(stream.Iter(count), func(v int) edo.Future[int] { return slow(v, v%3) })
			return stream.Map(stream.Zip(src, slow), func(p stream.Pair[*owntest.Handle, int]) int { give(p.First); return 0 })
		}},
		{"CombineLatest", "each change of either, with the latest of the other", "the latest of each, those that were in no pair", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			seen := map[*owntest.Handle]bool{}
			slow := stream.Then(stream.Iter(count), func(v int) edo.Future[int] { return slow(v, v%3) }).Take(9)
			return stream.Map(stream.CombineLatest(src, slow), func(p stream.Pair[*owntest.Handle, int]) int {
				if !seen[p.First] {
					seen[p.First] = true
					give(p.First)
				}
				return 0
			})
		}},
		{"WithLatestFrom", "each value, with the latest of another stream", "the latest of the other", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			slow := stream.Then(stream.Iter(count), func(v int) edo.Future[int] { return slow(v, v%3) }).Take(9)
			return stream.Map(stream.WithLatestFrom(src, slow), func(p stream.Pair[*owntest.Handle, int]) int { give(p.First); return 0 })
		}},
		{"FlatMap", "each value becomes a stream; one after the other", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return stream.FlatMap(src, madeOf(give))
		}},
		{"FlatMapUnordered", "the same, n side by side", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return stream.FlatMapUnordered(src, 2, madeOf(give))
		}},
		{"Switch", "the same, and a new stream replaces the one before", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return stream.Switch(src, madeOf(give))
		}},
		{"GroupBy", "each key has a pipeline of its own", "one value for each group, and one that waits for its group", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.GroupBy(src, 2, func(h *owntest.Handle) int { return h.N % 2 }, func(_ int, group stream.Seq[*owntest.Handle]) handles {
				return group
			}), give)
		}},
		{"Partition", "two kinds of values go two ways", "n values of which the slower side has not asked", 2, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			yes, no := stream.Partition(src, 2, func(h *owntest.Handle) bool { return h.N%2 == 0 })
			return eachOne(yes.Merge(no), give)
		}},
		{"Share", "several readers of one stream", "n values that the slowest has not read", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return readTwice(stream.Share(src, 3), give)
		}},
		{"Replay", "the same, and later readers see the last n", "the last n", 2, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return readTwice(stream.Replay(src, 2), give)
		}},
	}},
	{"Side by side", []guided{
		{"Buffered", "a future for each value, n at a time, results in order", "n values: in futures, or as results", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Buffered(src, 3, fewPolls), give)
		}},
		{"BufferUnordered", "the same, results as they come", "n values: in futures, or as results", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.BufferUnordered(src, 3, fewPolls), give)
		}},
	}},
	{"Chunks and time", []guided{
		{"Chunks", "work is cheaper for n values at once", "the values of one chunk", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachChunk(stream.Chunks(src, 3), give)
		}},
		{"ReadyChunks", "the same, without a wait for a full chunk", "nothing between polls", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachChunk(stream.ReadyChunks(src, 3), give)
		}},
		{"ChunksTimeout", "the same, with a limit for that wait", "the values of one chunk", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachChunk(stream.ChunksTimeout(src, 3, 2*time.Millisecond), give)
		}},
		{"Timeout", "silence is an error", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Timeout(time.Millisecond), give)
		}},
		{"TimeoutRepeating", "the same, again and again while the silence lasts", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).TimeoutRepeating(time.Millisecond), give)
		}},
		{"Throttle", "values are to come apart, and none is to be lost", "one value", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Throttle(3*time.Millisecond), give)
		}},
		{"RateLimit", "so many in each second, with bursts", "one value", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).RateLimit(1, 2*time.Millisecond, 2), give)
		}},
		{"Debounce", "only the last of a burst matters", "one value", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Debounce(2*time.Millisecond), give)
		}},
	}},
	{"Errors", []guided{
		{"MapErr", "an error becomes another one, or is handled", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).MapErr(func(err error) error { return err }), give)
		}},
		{"UntilError", "the first error ends the stream", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).UntilError(), give)
		}},
		{"Catch", "after an error another stream goes on", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).Catch(func(error) handles { return nil }), give)
		}},
		{"CatchPanic", "a panic of the stream is its last item, and the task goes on", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Of(src).CatchPanic(), give)
		}},
		{"Retry", "after an error the same begins again, later and later", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachOne(stream.Retry(stream.Backoff{}, func() handles { return src }), give)
		}},
	}},
	{"Windows of time, in package window", []guided{
		{"Tumbling", "windows side by side: so much each second", "what the fold keeps, of a window", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachWindow(src, window.Tumbling(3*time.Second), give)
		}},
		{"Sliding", "windows that overlap: in the last minute, each second", "what the fold keeps, of size/every windows", 0, nil},
		{"Session", "a window as long as something goes on", "what the fold keeps, of each session that is open", 5, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachWindow(stream.Of(src).Filter(func(h *owntest.Handle) bool { return h.N%5 != 0 }), window.Session(2*time.Second), give)
		}},
		{"ByClock", "the time is that at which a value comes", "what the fold keeps", 20, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			windows := window.ByClock(src, window.Tumbling(4*time.Millisecond), window.Collect[*owntest.Handle]())
			return stream.Map(windows, func(w window.Window[[]*owntest.Handle]) int { give(w.Value...); return 0 })
		}},
		{"ByEvent", "each value has its time, and may be late; in the picture an item is its time, and 0 is too late", "what the fold keeps, until lateness is over", 4, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return eachWindow(src, window.Tumbling(4*time.Second), give)
		}},
	}},
	{"Sinks, in package sink", []guided{
		{"With", "each value becomes another one on its way into a sink", "nothing", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return forwarded(sink.With(slowSink(give), func(h *owntest.Handle) (*owntest.Handle, error) { return h, nil }), src)
		}},
		{"Func", "a function is a sink", "nothing", 0, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return forwarded(sink.Func(func(h *owntest.Handle) error { give(h); return nil }), src)
		}},
		{"Fanout", "each value goes to several sinks; the slowest sets the pace", "nothing", 1, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return forwarded(sink.Fanout(slowSink(give), slowSink(func(...*owntest.Handle) {})), src)
		}},
		{"Buffer", "the source is to be ahead of a slow sink", "n values", 3, func(src handles, give func(...*owntest.Handle)) edo.Stream[int] {
			return forwarded(sink.Buffer(slowSink(give), 2), src)
		}},
		{"Chan", "goroutines that are no tasks receive the values", "one value, for which the channel has no room", 0, nil},
	}},
}
