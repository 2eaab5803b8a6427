package stream_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/window"
)

// million is a stream of a million values, which counts those that were taken.
type million struct {
	taken, drops int
}

func (m *million) PollNext(cx *edo.Context) (int, edo.Poll, error) {
	switch {
	case !cx.Proceed(nil):
		return 0, edo.Pending, nil
	case m.taken == 1_000_000:
		return 0, edo.End, nil
	}
	m.taken++
	return m.taken, edo.Ready, nil
}

func (m *million) Drop() { m.drops++ }

// several are operators of more than one stream, of a and b, with those that they make.
var several = map[string]func(a, b stream.Stream[int], made func() stream.Stream[int]) stream.Stream[int]{
	"Seq.Merge": func(a, b stream.Stream[int], _ func() stream.Stream[int]) stream.Stream[int] {
		return stream.Of(a).Merge(b)
	},
	"Merge": func(a, b stream.Stream[int], _ func() stream.Stream[int]) stream.Stream[int] {
		return stream.Merge(a, b)
	},
	"Chain": func(a, b stream.Stream[int], _ func() stream.Stream[int]) stream.Stream[int] {
		return stream.Of(a).Chain(b)
	},
	"Zip": func(a, b stream.Stream[int], _ func() stream.Stream[int]) stream.Stream[int] {
		return firstly(stream.Zip(a, b))
	},
	"CombineLatest": func(a, b stream.Stream[int], _ func() stream.Stream[int]) stream.Stream[int] {
		return firstly(stream.CombineLatest(a, b))
	},
	"WithLatestFrom": func(a, b stream.Stream[int], _ func() stream.Stream[int]) stream.Stream[int] {
		return firstly(stream.WithLatestFrom(a, stream.Of(b).Take(5)))
	},
	"TakeUntil": func(a, b stream.Stream[int], _ func() stream.Stream[int]) stream.Stream[int] {
		return stream.TakeUntil(a, stream.Count(b))
	},
	"FlatMap": func(a, b stream.Stream[int], made func() stream.Stream[int]) stream.Stream[int] {
		return stream.FlatMap(stream.Of(a).Chain(b), func(int) stream.Stream[int] { return made() })
	},
	"FlatMapUnordered": func(a, b stream.Stream[int], made func() stream.Stream[int]) stream.Stream[int] {
		return stream.FlatMapUnordered(stream.Of(a).Merge(b), 3, func(int) stream.Stream[int] { return made() })
	},
	"Switch": func(a, b stream.Stream[int], made func() stream.Stream[int]) stream.Stream[int] {
		return stream.Switch(stream.Of(a).Merge(b).Take(4), func(int) stream.Stream[int] { return made() })
	},
	"Catch": func(a, b stream.Stream[int], made func() stream.Stream[int]) stream.Stream[int] {
		return stream.Of(a).Merge(b).Catch(func(error) stream.Stream[int] { return made() })
	},
	"GroupBy": func(a, b stream.Stream[int], made func() stream.Stream[int]) stream.Stream[int] {
		return stream.GroupBy(stream.Of(a).Merge(b), 3, func(v int) int { return v % 5 }, func(_ int, group stream.Seq[int]) stream.Stream[int] {
			return group.Merge(made())
		})
	},
	"Partition": func(a, b stream.Stream[int], _ func() stream.Stream[int]) stream.Stream[int] {
		yes, no := stream.Partition(stream.Of(a).Merge(b), 4, func(v int) bool { return v%2 == 0 })
		return yes.Merge(no)
	},
	"Share": func(a, b stream.Stream[int], _ func() stream.Stream[int]) stream.Stream[int] {
		h := stream.Share(stream.Of(a).Merge(b), 4)
		defer h.Drop()
		return h.Subscribe().Merge(h.Subscribe())
	},
	"Replay": func(a, b stream.Stream[int], _ func() stream.Stream[int]) stream.Stream[int] {
		h := stream.Replay(stream.Of(a).Merge(b), 4)
		defer h.Drop()
		return firstly(stream.Zip(h.Subscribe(), h.Subscribe()))
	},
	"StreamMap": func(a, b stream.Stream[int], made func() stream.Stream[int]) stream.Stream[int] {
		m := stream.NewStreamMap[int, int]()
		m.Insert(1, a)
		m.Insert(2, b)
		m.Insert(3, made())
		return stream.Map(m, func(p stream.Pair[int, int]) int { return p.Second })
	},
	"ByEvent": func(a, b stream.Stream[int], _ func() stream.Stream[int]) stream.Stream[int] {
		at := func(v int) time.Time { return time.Unix(int64(v), 0) }
		windows := window.ByEvent(stream.Of(a).Merge(b), window.Tumbling(3*time.Second), at, 0, window.Count[int]())
		return stream.Map(windows, func(w window.Window[int]) int { return w.Value })
	},
}

// takeTwo reads two items of s, and returns whether it had as many.
func takeTwo(seed uint64, s stream.Stream[int]) (n int, err error) {
	err = sim.Run(seed, func(task *edo.Task) error {
		two := stream.Of(s).Take(2)
		for {
			_, ok, err := edo.Next(task, two)
			switch {
			case !ok:
				return err
			case err != nil: // an error item
				continue
			}
			if n++; n == 2 {
				return nil // and s is not dropped here
			}
		}
	})
	return n, err
}

// In a chain that runs a goroutine for each stage, Take(2) of a million runs the million.
func TestTakeOfTwoDropsTheSourceOfEveryOperatorAtOnce(t *testing.T) {
	for _, op := range operations {
		for k := 1; k <= 4; k++ {
			src := &million{}
			n, err := takeTwo(uint64(k), op.build(k, stream.Of(src)))
			if err != nil || src.drops != 1 || src.taken > 30 {
				t.Errorf("%s(%d): %d items; the source was dropped %d times, %d values were taken, %v", op.name, k, n, src.drops, src.taken, err)
			}
		}
	}
	for name, build := range several {
		for seed := range uint64(20) {
			sources := []*million{{}, {}}
			made := func() stream.Stream[int] {
				m := &million{}
				sources = append(sources, m)
				return m
			}
			n, err := takeTwo(seed, build(sources[0], sources[1], made))
			fates := ""
			for i, src := range sources {
				if src.drops != 1 || src.taken > 300 {
					fates += fmt.Sprintf("; source %d was dropped %d times, %d values were taken", i, src.drops, src.taken)
				}
			}
			if n != 2 || err != nil || fates != "" {
				t.Errorf("%s: %d items, %v%s", name, n, err, fates)
			}
		}
	}
}
