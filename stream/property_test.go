package stream_test

import (
	"errors"
	"slices"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/stream"
)

// An operation is a stage of a random pipeline, beside a naive one over slices. In a slice an
// error item is a negative number.
type operation struct {
	name  string
	build func(k int, s stream.Seq[int]) stream.Stream[int]
	naive func(k int, in []int) []int
}

// eachValue returns a naive stage that passes errors, and calls fn for values.
func eachValue(fn func(k, v int) []int) func(k int, in []int) []int {
	return func(k int, in []int) (out []int) {
		for _, v := range in {
			if v < 0 {
				out = append(out, v)
			} else {
				out = append(out, fn(k, v)...)
			}
		}
		return out
	}
}

// withState is eachValue with a state that begins anew for each pipeline.
func withState(fn func(k int) func(v int) []int) func(k int, in []int) []int {
	return func(k int, in []int) []int {
		step := fn(k)
		return eachValue(func(_, v int) []int { return step(v) })(k, in)
	}
}

// inChunks is the naive Chunks.
func inChunks(k int, in []int) (out [][]int) {
	var chunk []int
	flush := func() {
		if len(chunk) > 0 {
			out = append(out, chunk)
		}
		chunk = nil
	}
	for _, v := range in {
		if v < 0 {
			flush()
			out = append(out, []int{v})
			continue
		}
		if chunk = append(chunk, v); len(chunk) == k {
			flush()
		}
	}
	flush()
	return out
}

func sum(vs []int) (n int) {
	for _, v := range vs {
		n += v
	}
	return n
}

// toEnd is the part of in before the first item for which stops returns true.
func toEnd(in []int, stops func(v int) bool) []int { return in[:endOf(in, stops)] }

var operations = []operation{
	{"Map", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Map(s, func(v int) int { return v + k })
	},
		eachValue(func(k, v int) []int { return []int{v + k} })},
	{"Filter", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return s.Filter(func(v int) bool { return v%(k+1) != 0 })
	}, eachValue(func(k, v int) []int {
		if v%(k+1) == 0 {
			return nil
		}
		return []int{v}
	})},
	{"FilterMap", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.FilterMap(s, func(v int) (int, bool) { return v / 2, v%2 == 0 })
	}, eachValue(func(k, v int) []int {
		if v%2 != 0 {
			return nil
		}
		return []int{v / 2}
	})},
	{"Take", func(k int, s stream.Seq[int]) stream.Stream[int] { return s.Take(2 * k) }, func(k int, in []int) []int {
		left := 2 * k
		for i, v := range in {
			if v >= 0 {
				if left--; left == 0 {
					return in[:i+1]
				}
			}
		}
		return in
	}},
	{"Skip", func(k int, s stream.Seq[int]) stream.Stream[int] { return s.Skip(k) }, withState(func(k int) func(int) []int {
		return func(v int) []int {
			if k--; k >= 0 {
				return nil
			}
			return []int{v}
		}
	})},
	{"TakeWhile", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return s.TakeWhile(func(v int) bool { return v%13 != k })
	}, func(k int, in []int) []int { return toEnd(in, func(v int) bool { return v >= 0 && v%13 == k }) }},
	{"SkipWhile", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return s.SkipWhile(func(v int) bool { return v%5 != k })
	}, withState(func(k int) func(int) []int {
		skips := true
		return func(v int) []int {
			if skips = skips && v%5 != k; skips {
				return nil
			}
			return []int{v}
		}
	})},
	{"MapWhile", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.MapWhile(s, func(v int) (int, bool) { return v + 1, v%13 != k })
	}, func(k int, in []int) []int {
		return eachValue(func(_, v int) []int { return []int{v + 1} })(k, toEnd(in, func(v int) bool { return v >= 0 && v%13 == k }))
	}},
	{"Inspect", func(k int, s stream.Seq[int]) stream.Stream[int] { return s.Inspect(func(int, error) {}) },
		func(k int, in []int) []int { return in }},
	{"Fuse", func(k int, s stream.Seq[int]) stream.Stream[int] { return s.Fuse() },
		func(k int, in []int) []int { return in }},
	{"MapErr", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return s.MapErr(func(err error) error {
			if int(err.(code))%2 == 0 {
				return nil
			}
			return err
		})
	}, func(k int, in []int) []int {
		return slices.DeleteFunc(slices.Clone(in), func(v int) bool { return v < 0 && v%2 == 0 })
	}},
	{"Catch", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return s.Catch(func(err error) stream.Stream[int] { return stream.Values(int(err.(code)), k) })
	}, func(k int, in []int) []int {
		at := endOf(in, func(v int) bool { return v < 0 })
		if at == len(in) {
			return in
		}
		return append(slices.Clone(in[:at]), -in[at], k)
	}},
	{"UntilError", func(k int, s stream.Seq[int]) stream.Stream[int] { return s.UntilError() }, func(k int, in []int) []int {
		return in[:min(len(in), endOf(in, func(v int) bool { return v < 0 })+1)]
	}},
	{"Scan", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Scan(s, k, func(acc, v int) (int, int) { acc = (acc + v) % 1000; return acc, acc })
	}, withState(func(k int) func(int) []int {
		return func(v int) []int { k = (k + v) % 1000; return []int{k} }
	})},
	{"Enumerate", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Map(stream.Enumerate(s), func(p stream.Pair[int, int]) int { return p.First + p.Second })
	}, withState(func(int) func(int) []int {
		n := -1
		return func(v int) []int { n++; return []int{v + n} }
	})},
	{"Pairwise", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Map(stream.Pairwise(s), func(p stream.Pair[int, int]) int { return (p.First*3 + p.Second) % 1000 })
	}, withState(func(int) func(int) []int {
		last := -1
		return func(v int) (out []int) {
			if last >= 0 {
				out = []int{(last*3 + v) % 1000}
			}
			last = v
			return out
		}
	})},
	{"Zip with itself", func(k int, s stream.Seq[int]) stream.Stream[int] {
		numbers := stream.Unfold(0, func(n int) (int, int, bool) { return n, n + k, true })
		return stream.Map(stream.Zip(s, numbers), func(p stream.Pair[int, int]) int { return p.First + p.Second })
	}, withState(func(k int) func(int) []int {
		n := -k
		return func(v int) []int { n += k; return []int{v + n} }
	})},
	{"Zip with fewer", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Map(stream.Zip(stream.Values(1, 2, 3), s), func(p stream.Pair[int, int]) int { return p.First + p.Second })
	}, nil},
	{"Distinct", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Distinct(s, k, func(v int) int { return v % 7 })
	}, withState(func(k int) func(int) []int {
		var seen []int
		return func(v int) []int {
			if slices.Contains(seen, v%7) {
				return nil
			}
			if seen = append(seen, v%7); len(seen) > k {
				seen = seen[1:]
			}
			return []int{v}
		}
	})},
	{"DistinctUntilChanged", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.DistinctUntilChanged(s, func(v int) int { return v / k })
	}, withState(func(k int) func(int) []int {
		last := -1
		return func(v int) []int {
			if v/k == last {
				return nil
			}
			last = v / k
			return []int{v}
		}
	})},
	{"Chunks", func(k int, s stream.Seq[int]) stream.Stream[int] { return stream.Map(stream.Chunks(s, k), sum) },
		func(k int, in []int) (out []int) {
			for _, chunk := range inChunks(k, in) {
				out = append(out, sum(chunk))
			}
			return out
		}},
	{"ReadyChunks", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.FlatMap(stream.ReadyChunks(s, k), func(c []int) stream.Stream[int] { return stream.Values(c...) })
	}, func(k int, in []int) []int { return in }},
	{"FlatMap", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.FlatMap(s, func(v int) stream.Stream[int] { return stream.Values(v, k).Take(v % 3) })
	}, eachValue(func(k, v int) []int { return []int{v, k}[:v%3] })},
	{"Then", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Then(s, func(v int) edo.Future[int] { return slow(v+k, v%3) })
	}, eachValue(func(k, v int) []int { return []int{v + k} })},
	{"Buffered", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Buffered(s, k, func(v int) edo.Future[int] { return slow(v+1, v%4) })
	}, eachValue(func(k, v int) []int { return []int{v + 1} })},
	{"BufferUnordered of one", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.BufferUnordered(s, 1, func(v int) edo.Future[int] { return slow(v+1, v%4) })
	}, eachValue(func(k, v int) []int { return []int{v + 1} })},
	{"BufferUnordered in chunks", func(k int, s stream.Seq[int]) stream.Stream[int] {
		// The futures of one chunk overtake each other, and are put in order again.
		return stream.FlatMap(stream.Chunks(s, k), func(c []int) stream.Stream[int] {
			sorted := stream.Collect(stream.BufferUnordered(stream.Values(c...), k, func(v int) edo.Future[int] { return slow(v, v%4) }))
			return stream.FlatMap(stream.Then(stream.Once(0), func(int) edo.Future[[]int] { return sorted }), func(c []int) stream.Stream[int] {
				slices.Sort(c)
				return stream.Values(c...)
			})
		})
	}, func(k int, in []int) (out []int) {
		for _, chunk := range inChunks(k, in) {
			slices.Sort(chunk)
			out = append(out, chunk...)
		}
		return out
	}},
	{"Merge of one", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Merge(nil, s, stream.Empty[int]())
	}, func(k int, in []int) []int { return in }},
	{"FlatMapUnordered of one", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.FlatMapUnordered(s.MapErr(func(error) error { return nil }), 1, func(v int) stream.Stream[int] {
			return stream.Values(v, k).Take(v % 3)
		})
	}, func(k int, in []int) (out []int) {
		for _, v := range in {
			if v >= 0 {
				out = append(out, []int{v, k}[:v%3]...)
			}
		}
		return out
	}},
	{"Switch to the end", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Switch(stream.Once(s), func(s stream.Seq[int]) stream.Stream[int] { return s })
	}, func(k int, in []int) []int { return in }},
	{"WithLatestFrom a constant", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Map(stream.WithLatestFrom(s, stream.Once(k)), func(p stream.Pair[int, int]) int { return p.First + p.Second })
	}, eachValue(func(k, v int) []int { return []int{v + k} })},
	{"CombineLatest with a constant", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Map(stream.CombineLatest(stream.Once(k), s), func(p stream.Pair[int, int]) int { return p.First + p.Second })
	}, eachValue(func(k, v int) []int { return []int{v + k} })},
	{"GroupBy of one group", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.GroupBy(s, 2, func(v int) int { return 0 }, func(_ int, group stream.Seq[int]) stream.Stream[int] {
			return group.Skip(1)
		}).MapErr(func(error) error { return nil })
	}, func(k int, in []int) []int {
		values := slices.DeleteFunc(slices.Clone(in), func(v int) bool { return v < 0 })
		return values[min(1, len(values)):]
	}},
	{"Timeout", func(k int, s stream.Seq[int]) stream.Stream[int] { return s.Timeout(time.Hour) },
		func(k int, in []int) []int { return in }},
	{"TimeoutRepeating", func(k int, s stream.Seq[int]) stream.Stream[int] { return s.TimeoutRepeating(time.Hour) },
		func(k int, in []int) []int { return in }},
	{"CatchPanic", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Map(s, func(v int) int {
			if v%13 == k {
				panic(code(k + 1000))
			}
			return v
		}).CatchPanic().MapErr(func(err error) error {
			if panicked, ok := errors.AsType[*edo.PanicError](err); ok {
				return panicked.Value.(code)
			}
			return err
		})
	}, func(k int, in []int) []int {
		at := endOf(in, func(v int) bool { return v >= 0 && v%13 == k })
		if at == len(in) {
			return in
		}
		return append(slices.Clone(in[:at]), -k-1000)
	}},
	{"Throttle", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return s.Throttle(time.Duration(k) * time.Microsecond)
	},
		func(k int, in []int) []int { return in }},
	{"RateLimit", func(k int, s stream.Seq[int]) stream.Stream[int] { return s.RateLimit(1, time.Microsecond, k) },
		func(k int, in []int) []int { return in }},
	{"ChunksTimeout", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Map(stream.ChunksTimeout(s, k, time.Hour), sum)
	}, func(k int, in []int) (out []int) {
		for _, chunk := range inChunks(k, in) {
			out = append(out, sum(chunk))
		}
		return out
	}},
	{"Debounce of single values", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.FlatMap(s, func(v int) stream.Stream[int] { return stream.Once(v).Debounce(time.Hour) })
	}, func(k int, in []int) []int { return in }},
	{"Retry that gives up", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.FlatMap(stream.Once(s), func(s stream.Seq[int]) stream.Stream[int] {
			return stream.Retry(stream.Backoff{Attempts: 1}, func() stream.Stream[int] { return s })
		})
	}, func(k int, in []int) []int {
		return in[:min(len(in), endOf(in, func(v int) bool { return v < 0 })+1)]
	}},
	{"TakeUntil what never comes", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.TakeUntil(s, edo.Future[int](never{}))
	}, func(k int, in []int) []int { return in }},
	{"StreamMap of one", func(k int, s stream.Seq[int]) stream.Stream[int] {
		m := stream.NewStreamMap[int, int]()
		m.Insert(k, s)
		return stream.Map(m, func(p stream.Pair[int, int]) int { return p.Second })
	}, func(k int, in []int) []int { return in }},
	{"Peek", func(k int, s stream.Seq[int]) stream.Stream[int] { return peeking{stream.Peek(s)} },
		func(k int, in []int) []int { return in }},
	{"Flatten", func(k int, s stream.Seq[int]) stream.Stream[int] {
		return stream.Flatten(stream.Map(s, func(v int) stream.Seq[int] { return stream.Values(v, v+1).Take(1 + k%2) }))
	}, eachValue(func(k, v int) []int { return []int{v, v + 1}[:1+k%2] })},
	{"Share", func(k int, s stream.Seq[int]) stream.Stream[int] {
		h := stream.Share(s, k)
		defer h.Drop()
		return h.Subscribe()
	}, func(k int, in []int) []int { return in }},
	{"Replay", func(k int, s stream.Seq[int]) stream.Stream[int] {
		h := stream.Replay(s, k)
		defer h.Drop()
		return h.Subscribe()
	}, func(k int, in []int) []int { return in }},
	{"Partition", func(k int, s stream.Seq[int]) stream.Stream[int] {
		yes, no := stream.Partition(s, k, func(v int) bool { return v%2 == 0 })
		no.Drop()
		return yes
	}, eachValue(func(k, v int) []int {
		if v%2 != 0 {
			return nil
		}
		return []int{v}
	})},
	{"Chain", func(k int, s stream.Seq[int]) stream.Stream[int] { return s.Chain(stream.Values(k, k)) },
		func(k int, in []int) []int { return append(slices.Clone(in), k, k) }},
}

func init() { // the naive one needs an order that eachValue does not have
	for i := range operations {
		if operations[i].name == "Zip with fewer" {
			operations[i].naive = func(k int, in []int) (out []int) {
				n := 0
				for _, v := range in {
					if v >= 0 {
						n++
						v += n
					}
					if out = append(out, v); n == 3 {
						break
					}
				}
				return out
			}
		}
	}
}
