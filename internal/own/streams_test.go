package own_test

import (
	"iter"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/stream"
)

var ofStreams = []row{
	{name: "stream.Values", begins: true, build: func(s *scene) subject { return s.stream(stream.Values(s.item(), s.item())) }},
	{name: "stream.Once", begins: true, build: func(s *scene) subject { return s.stream(stream.Once(s.item())) }},
	{name: "stream.Empty", begins: true, build: func(s *scene) subject { return s.stream(stream.Empty[*item]()) }},
	{name: "stream.Iter", calls: true, begins: true, build: func(s *scene) subject {
		return s.stream(stream.Iter(iter.Seq[*item](func(yield func(*item) bool) {
			for range 3 {
				if v, err := s.call(); err != nil || !yield(v) {
					return
				}
			}
		})))
	}},
	{name: "stream.PollFn", calls: true, begins: true, build: func(s *scene) subject {
		return s.stream(stream.PollFn(func(*edo.Context) (*item, edo.Poll, error) {
			if s.called == 2 {
				return nil, edo.End, nil
			}
			v, err := s.call()
			return v, edo.Ready, err
		}))
	}},
	{name: "stream.Map", calls: true, build: func(s *scene) subject { return s.stream(stream.Map(s.values(), s.convert)) }},
	{name: "stream.Seq.MapErr", calls: true, onErr: true, build: func(s *scene) subject {
		return s.stream(stream.Of(s.values()).MapErr(s.convertErr))
	}},
	{name: "stream.Then", calls: true, steps: true, build: func(s *scene) subject {
		return s.stream(stream.Then(s.values(), func(v *item) edo.Future[*item] { return s.step(v) }))
	}},
	{name: "stream.Seq.Filter", calls: true, build: func(s *scene) subject {
		return s.stream(stream.Of(s.values()).Filter(s.judge))
	}},
	{name: "stream.Seq.TakeWhile", calls: true, build: func(s *scene) subject {
		return s.stream(stream.Of(s.values()).TakeWhile(s.judge))
	}},
	{name: "stream.Seq.Take", build: func(s *scene) subject { return s.stream(stream.Of(s.values()).Take(2)) }},
	{name: "stream.Seq.Skip", build: func(s *scene) subject { return s.stream(stream.Of(s.values()).Skip(1)) }},
	{name: "stream.Seq.Chain", build: func(s *scene) subject { return s.stream(stream.Of(s.values()).Chain(s.values())) }},
	{name: "stream.Seq.Merge", build: func(s *scene) subject { return s.stream(stream.Of(s.values()).Merge(s.values())) }},
	{name: "stream.Enumerate", build: func(s *scene) subject {
		return items(s, stream.Enumerate(s.values()), -1, func(p stream.Pair[int, *item]) { p.Second.take() })
	}},
	{name: "stream.Pairwise", build: func(s *scene) subject {
		return items(s, stream.Pairwise(s.values()), -1, takeShared)
	}},
	{name: "stream.Zip", build: func(s *scene) subject { return items(s, stream.Zip(s.values(), s.values()), -1, takePair) }},
	{name: "stream.Scan", calls: true, build: func(s *scene) subject {
		return s.stream(stream.Scan(s.values(), s.item(), func(acc, v *item) (*item, *item) {
			out, err := s.call(acc, v)
			if err != nil {
				out = s.item()
			}
			return s.item(), out
		}))
	}},
	{name: "stream.Chunks", build: func(s *scene) subject { return items(s, stream.Chunks(s.values(), 2), -1, takeAll) }},
	{name: "stream.ReadyChunks", build: func(s *scene) subject { return items(s, stream.ReadyChunks(s.values(), 2), -1, takeAll) }},
	{name: "stream.FlatMap", calls: true, build: func(s *scene) subject {
		return s.stream(stream.FlatMap(s.values(), func(v *item) edo.Stream[*item] { s.convert(v).take(); return s.values() }))
	}},
	{name: "stream.Flatten", build: func(s *scene) subject {
		return s.stream(stream.Flatten(stream.Map(s.values(), func(v *item) edo.Stream[*item] { v.take(); return s.values() })))
	}},
	{name: "stream.Cycle", calls: true, begins: true, build: func(s *scene) subject {
		return s.stream(stream.Cycle(func() edo.Stream[*item] {
			if s.called == 2 {
				return nil
			}
			v, err := s.call()
			if err != nil {
				return nil
			}
			return stream.Once(v)
		}))
	}},
	{name: "stream.FilterMap", calls: true, build: func(s *scene) subject {
		return s.stream(stream.FilterMap(s.values(), func(v *item) (*item, bool) { return s.convert(v), true }))
	}},
	{name: "stream.MapWhile", calls: true, build: func(s *scene) subject {
		return s.stream(stream.MapWhile(s.values(), func(v *item) (*item, bool) { return s.convert(v), true }))
	}},
	{name: "stream.Seq.SkipWhile", calls: true, build: func(s *scene) subject {
		return s.stream(stream.Of(s.values()).SkipWhile(s.judge))
	}},
	{name: "stream.Distinct", calls: true, build: func(s *scene) subject {
		return s.stream(stream.Distinct(s.values(), 1, s.judge))
	}},
	{name: "stream.DistinctUntilChanged", calls: true, build: func(s *scene) subject {
		return s.stream(stream.DistinctUntilChanged(s.values(), s.judge))
	}},
	{name: "stream.Seq.Inspect", calls: true, build: func(s *scene) subject {
		return s.stream(stream.Of(s.values()).Inspect(func(_ *item, err error) {
			if err == nil {
				s.judge(nil)
			}
		}))
	}},
	{name: "stream.Seq.Catch", calls: true, onErr: true, build: func(s *scene) subject {
		return s.stream(stream.Of(s.values()).Catch(func(err error) edo.Stream[*item] {
			s.convertErr(err)
			return s.values()
		}))
	}},
	{name: "stream.Seq.CatchPanic", calls: true, build: func(s *scene) subject {
		return s.stream(stream.Map(s.values(), s.convert).CatchPanic())
	}},
	{name: "stream.Seq.UntilError", build: func(s *scene) subject { return s.stream(stream.Of(s.values()).UntilError()) }},
	{name: "stream.TakeUntil", build: func(s *scene) subject {
		return s.stream(stream.TakeUntil(s.values(), edo.Future[*item](s.script().Wait().Give(s.item()))))
	}},
	{name: "stream.Seq.Fuse", build: func(s *scene) subject { return s.stream(stream.Of(s.values()).Fuse()) }},
	{name: "stream.Unfold", calls: true, begins: true, build: func(s *scene) subject {
		return s.stream(stream.Unfold(s.item(), func(state *item) (*item, *item, bool) {
			v, err := s.call(state)
			if err != nil || s.called == 3 {
				if v != nil {
					v.take()
				}
				return nil, nil, false
			}
			return v, s.item(), true
		}))
	}},
	{name: "stream.UnfoldFuture", calls: true, begins: true, steps: true, build: func(s *scene) subject {
		return s.stream(stream.UnfoldFuture(s.item(), func(state *item) edo.Future[stream.Pair[*item, *item]] {
			if s.called == 2 {
				state.take()
				return nil
			}
			return future.Map(s.step(state), func(v *item) stream.Pair[*item, *item] {
				return stream.Pair[*item, *item]{First: v, Second: s.item()}
			})
		}))
	}},
	{name: "stream.Iter2", calls: true, begins: true, build: func(s *scene) subject {
		return s.stream(stream.Iter2(iter.Seq2[*item, error](func(yield func(*item, error) bool) {
			for range 3 {
				if v, err := s.call(); !yield(v, err) {
					return
				}
			}
		})))
	}},
	{name: "stream.Any", calls: true, build: func(s *scene) subject {
		return done(s, stream.Any(s.values(), func(v *item) bool { return s.handle(v) != nil }), func(bool) {})
	}},
	{name: "stream.Every", calls: true, build: func(s *scene) subject {
		return done(s, stream.Every(s.values(), func(v *item) bool { return s.handle(v) == nil }), func(bool) {})
	}},
	{name: "stream.Count", build: func(s *scene) subject { return done(s, stream.Count(s.values()), func(int) {}) }},
	{name: "stream.Buffered", calls: true, steps: true, build: func(s *scene) subject {
		return s.stream(stream.Buffered(s.values(), 2, func(v *item) edo.Future[*item] { return s.step(v) }))
	}},
	{name: "stream.BufferUnordered", calls: true, steps: true, build: func(s *scene) subject {
		return s.stream(stream.BufferUnordered(s.values(), 2, func(v *item) edo.Future[*item] { return s.step(v) }))
	}},
	{name: "stream.ForEachConcurrent", calls: true, steps: true, build: func(s *scene) subject {
		return unit(s, stream.ForEachConcurrent(s.values(), 2, func(v *item) edo.Future[edo.Unit] {
			return future.Map(s.step(v), func(v *item) edo.Unit { v.take(); return edo.Unit{} })
		}))
	}},
	{name: "stream.Merge", build: func(s *scene) subject { return s.stream(stream.Merge(s.values(), s.values(), s.values())) }},
	{name: "stream.FlatMapUnordered", calls: true, build: func(s *scene) subject {
		return s.stream(stream.FlatMapUnordered(s.values(), 2, func(v *item) edo.Stream[*item] { s.convert(v).take(); return s.values() }))
	}},
	{name: "stream.Switch", calls: true, build: func(s *scene) subject {
		return s.stream(stream.Switch(s.values(), func(v *item) edo.Stream[*item] { s.convert(v).take(); return s.values() }))
	}},
	{name: "stream.CombineLatest", build: func(s *scene) subject {
		return items(s, stream.CombineLatest(s.values(), s.values()), -1, takeShared)
	}},
	{name: "stream.WithLatestFrom", build: func(s *scene) subject {
		return items(s, stream.WithLatestFrom(s.values(), s.values()), -1, takeShared)
	}},
	{name: "stream.NewStreamMap", build: func(s *scene) subject {
		m := stream.NewStreamMap[int, *item]()
		m.Insert(1, s.values())
		m.Insert(2, s.values())
		return items(s, m, -1, func(p stream.Pair[int, *item]) { p.Second.take() })
	}},
	{name: "stream.StreamMap.Insert", build: func(s *scene) subject {
		m := stream.NewStreamMap[int, *item]()
		m.Insert(1, s.values())
		before := m.Insert(1, s.script())
		s.atEnd(m.Drop)
		m.Drop()
		return s.stream(before)
	}},
	{name: "stream.StreamMap.Remove", build: func(s *scene) subject {
		m := stream.NewStreamMap[int, *item]()
		m.Insert(1, s.values())
		return s.stream(m.Remove(1))
	}},
	{name: "stream.GroupBy", calls: true, build: func(s *scene) subject {
		return s.stream(stream.GroupBy(s.values(), 1, func(v *item) int { s.judge(v); return s.called / 2 }, func(_ int, group stream.Seq[*item]) edo.Stream[*item] {
			return group
		}))
	}},
	{name: "stream.Shared.Subscribe", also: []string{"stream.Share"}, build: func(s *scene) subject {
		h := stream.Share(s.values(), 1)
		defer h.Drop()
		return s.stream(h.Subscribe())
	}},
	{name: "stream.Share", build: func(s *scene) subject {
		h := stream.Share(s.values(), 4)
		defer h.Drop()
		fast, slow := h.Subscribe(), h.Subscribe()
		return items(s, fast.Merge(slow), -1, takeOnce)
	}},
	{name: "stream.Replay", build: func(s *scene) subject {
		h := stream.Replay(s.values(), 2)
		defer h.Drop()
		return items(s, h.Subscribe().Merge(h.Subscribe()), -1, takeOnce)
	}},
	{name: "stream.Partition", calls: true, build: func(s *scene) subject {
		yes, no := stream.Partition(s.values(), 1, s.judge)
		return s.stream(yes.Merge(no))
	}},
	{name: "stream.Seq.Timeout", live: true, build: func(s *scene) subject { return s.stream(stream.Of(s.values()).Timeout(hour)) }},
	{name: "stream.Seq.TimeoutRepeating", live: true, build: func(s *scene) subject {
		return s.stream(stream.Of(s.values()).TimeoutRepeating(hour))
	}},
	{name: "stream.ChunksTimeout", live: true, build: func(s *scene) subject {
		return items(s, stream.ChunksTimeout(s.values(), 2, hour), -1, takeAll)
	}},
	{name: "stream.Seq.RateLimit", live: true, build: func(s *scene) subject {
		return s.stream(stream.Of(s.values()).RateLimit(1, 1, 10))
	}},
	{name: "stream.Seq.Throttle", live: true, build: func(s *scene) subject { return s.stream(stream.Of(s.values()).Throttle(0)) }},
	{name: "stream.Seq.Debounce", live: true, build: func(s *scene) subject { return s.stream(stream.Of(s.values()).Debounce(hour)) }},
	{name: "stream.Retry", live: true, build: func(s *scene) subject {
		opened := 0
		return s.stream(stream.Retry(stream.Backoff{}, func() stream.Stream[*item] {
			if opened++; opened == 3 {
				return nil
			}
			return s.values()
		}))
	}},
	{name: "stream.Peek", build: func(s *scene) subject { return s.stream(stream.Peek(s.values())) }},
	{name: "stream.Fold", calls: true, build: func(s *scene) subject {
		return s.future(stream.Fold(s.values(), s.item(), func(acc, v *item) (*item, error) { return s.call(acc, v) }))
	}},
	{name: "stream.FoldFuture", calls: true, steps: true, build: func(s *scene) subject {
		return s.future(stream.FoldFuture(s.values(), s.item(), func(acc, v *item) edo.Future[*item] { return s.step(acc, v) }))
	}},
	{name: "stream.FoldTask", calls: true, build: func(s *scene) subject {
		return s.future(stream.FoldTask(s.values(), s.item(), func(_ *edo.Task, acc, v *item) (*item, error) { return s.call(acc, v) }))
	}},
	{name: "stream.ForEach", calls: true, build: func(s *scene) subject {
		return unit(s, stream.ForEach(s.values(), s.handle))
	}},
	{name: "stream.ForEachFuture", calls: true, steps: true, build: func(s *scene) subject {
		return unit(s, stream.ForEachFuture(s.values(), func(v *item) edo.Future[edo.Unit] {
			return future.Map(s.step(v), func(v *item) edo.Unit { v.take(); return edo.Unit{} })
		}))
	}},
	{name: "stream.ForEachTask", calls: true, build: func(s *scene) subject {
		return unit(s, stream.ForEachTask(s.values(), func(_ *edo.Task, v *item) error { return s.handle(v) }))
	}},
	{name: "stream.Collect", build: func(s *scene) subject {
		return done(s, stream.Collect(s.values()), takeAll)
	}},
	{name: "stream.All", calls: true, direct: true, build: func(s *scene) subject {
		return s.body(func(task *edo.Task) error {
			for v, err := range stream.All(task, s.values()) {
				if err != nil {
					return err
				}
				if err := s.handle(v); err != nil {
					return err
				}
			}
			return task.Err()
		})
	}},
	{name: "stream.Each", calls: true, direct: true, build: func(s *scene) subject {
		return s.body(func(task *edo.Task) (err error) {
			for v := range stream.Each(task, s.values(), &err) {
				if err := s.handle(v); err != nil {
					return err
				}
			}
			return err
		})
	}},
	{name: "stream.Send", direct: true, build: func(s *scene) subject {
		return s.body(func(task *edo.Task) error { return stream.Send(task, s.sink(), s.item()) })
	}},
	{name: "stream.SendFuture", build: func(s *scene) subject { return unit(s, stream.SendFuture(s.sink(), s.item())) }},
	{name: "stream.SendAll", direct: true, build: func(s *scene) subject {
		return s.body(func(task *edo.Task) error { return stream.SendAll(task, s.sink(), s.values()) })
	}},
	{name: "stream.Forward", direct: true, build: func(s *scene) subject {
		return s.body(func(task *edo.Task) error { return stream.Forward(task, s.closing(), s.values()) })
	}},
	{name: "stream.ForwardFuture", build: func(s *scene) subject { return unit(s, stream.ForwardFuture(s.closing(), s.values())) }},
	{name: "stream.FromChan", begins: true, build: func(s *scene) subject {
		ch := make(chan *item, 2)
		ch <- s.item()
		ch <- s.item()
		close(ch)
		s.atEnd(func() {
			for v := range ch {
				v.take() // what is left belongs to the channel
			}
		})
		return s.stream(stream.FromChan(ch))
	}},
	{name: "stream.SendAllFuture", build: func(s *scene) subject { return unit(s, stream.SendAllFuture(s.sink(), s.values())) }},
}
