package differential

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/stream"
)

// A texter polls once, and returns the outcome.
type texter func(cx *edo.Context) string

// items returns a texter of a stream.
func items[T any](s edo.Stream[T], show func(T) string) texter {
	return func(cx *edo.Context) string {
		v, p, err := s.PollNext(cx)
		switch {
		case p == edo.Pending:
			return "P"
		case p == edo.End:
			return "end"
		case isPanic(err):
			return "panic"
		case err != nil:
			return "err"
		}
		return show(v)
	}
}

func isPanic(err error) bool {
	_, ok := errors.AsType[*edo.PanicError](err)
	return ok
}

// once returns a texter of a future.
func once[T any](f edo.Future[T], show func(T) string) texter {
	return func(cx *edo.Context) string {
		v, p, err := f.Poll(cx)
		switch {
		case p == edo.Pending:
			return "P"
		case err != nil:
			return "=err"
		}
		return "=" + show(v)
	}
}

func even(v *val) bool  { return v.id%2 == 0 }
func small(v *val) bool { return v.id%10 < 6 }
func later(v *val) *val { return v.plus(1000) }
func pair(p stream.Pair[*val, *val]) string {
	return texts([]*val{p.First, p.Second})
}

// tell returns what says whether v is small, and owns v.
func tell(v *val) bool { return small(v) }

// unit makes a future of a value that gives nothing, and does not fail.
func (p *parts) unit(v *val) edo.Future[edo.Unit] {
	return future.Then(p.work(v), func(v *val, err error) edo.Future[edo.Unit] {
		if err == nil {
			v.Drop()
		}
		return future.Ready(edo.Unit{})
	})
}

// buildOperator returns the operator called name, and what drops it.
func buildOperator(name string, n int, p *parts) (texter, edo.Dropper) {
	a, b, c := stream.Of[*val](p.sources[0]), stream.Of[*val](p.sources[1]), stream.Of[*val](p.sources[2])
	seq := func(s stream.Seq[*val]) (texter, edo.Dropper) { return items(s, text), s }
	switch name {
	case "map":
		return seq(stream.Map(a, later))
	case "filter":
		return seq(a.Filter(even))
	case "filter_map":
		return seq(stream.FilterMap(a, func(v *val) (*val, bool) {
			if !even(v) {
				v.Drop()
				return nil, false
			}
			return later(v), true
		}))
	case "map_while":
		return seq(stream.MapWhile(a, func(v *val) (*val, bool) {
			if !small(v) {
				v.Drop()
				return nil, false
			}
			return later(v), true
		}))
	case "then":
		return seq(stream.Then(a, p.work))
	case "merge", "select", "merge_turns":
		return seq(a.Merge(b))
	case "select_all":
		return seq(stream.Merge[*val](a, b, c))
	case "chain":
		return seq(a.Chain(b))
	case "take":
		return seq(a.Take(n))
	case "take_while":
		return seq(a.TakeWhile(small))
	case "skip":
		return seq(a.Skip(n))
	case "skip_while":
		return seq(a.SkipWhile(small))
	case "fuse":
		p.sources[0].reopens = true
		return seq(a.Fuse())
	case "inspect":
		return seq(a.Inspect(func(v *val, _ error) { p.w.call("see%d", v.id) }))
	case "enumerate":
		s := stream.Enumerate(a)
		return items(s, func(p stream.Pair[int, *val]) string { return fmt.Sprintf("%d:%s", p.First, text(p.Second)) }), s
	case "all":
		f := stream.Every(a, tell)
		return once(f, boolean), dropper(f)
	case "any":
		f := stream.Any(a, func(v *val) bool { return !tell(v) })
		return once(f, boolean), dropper(f)
	case "fold":
		f := stream.Fold(a, 0, func(sum int, v *val) (int, error) { return sum + v.id, nil })
		return once(f, number), dropper(f)
	case "collect":
		f := stream.Collect(a)
		return once(f, texts), dropper(f)
	case "count":
		f := stream.Count(a)
		return once(f, number), dropper(f)
	case "for_each":
		f := stream.ForEachFuture(a, p.unit)
		return once(f, nothing), dropper(f)
	case "for_each_concurrent":
		f := stream.ForEachConcurrent(a, n, p.unit)
		return once(f, nothing), dropper(f)
	case "buffered":
		return seq(stream.Buffered(a, n, p.work))
	case "buffer_unordered":
		return seq(stream.BufferUnordered(a, n, p.work))
	case "flat_map":
		return seq(stream.FlatMap(a, p.inner))
	case "flatten":
		return seq(stream.Flatten[*val](stream.Map(a, func(v *val) stream.Seq[*val] {
			if s := p.inner(v); s != nil {
				return stream.Of(s)
			}
			return stream.Empty[*val]()
		})))
	case "flat_map_unordered":
		return seq(stream.FlatMapUnordered(a, n, p.inner))
	case "catch_unwind":
		s := stream.Then(a, p.work).CatchPanic()
		return items(s, text), s
	case "scan":
		s := stream.Scan(a, 0, func(sum int, v *val) (int, int) { return sum + v.id, sum + v.id })
		return items(s, number), s
	case "zip":
		s := stream.Zip(a, b)
		return items(s, pair), s
	case "chunks":
		s := stream.Chunks(a, n)
		return items(s, texts), s
	case "ready_chunks":
		s := stream.ReadyChunks(a, n)
		return items(s, texts), s
	case "take_until":
		return seq(stream.TakeUntil(a, edo.Future[*val](future.Then(p.work(&val{500, p.w}), func(v *val, _ error) edo.Future[*val] {
			return future.Ready(v)
		}))))
	case "then_buffered":
		return seq(stream.Buffered(a.Chain(b).Filter(even), n, p.work))
	case "chain_zip_chunks":
		s := stream.Zip(stream.Chunks(a.Chain(b), n), c.Skip(1))
		return items(s, func(p stream.Pair[[]*val, *val]) string { return texts(append(p.First, p.Second)) }), s
	case "merge_skip_take":
		return seq(a.Merge(b).Skip(n).Filter(even).Take(2))
	}
	panic("no operator " + name)
}

func boolean(v bool) string     { return fmt.Sprint(v) }
func number(v int) string       { return fmt.Sprint(v) }
func nothing(edo.Unit) string   { return "" }
func dropper(f any) edo.Dropper { return f.(edo.Dropper) }

// streamMachine is one operator, which one mock task polls.
type streamMachine struct {
	parts   *parts
	poll    texter // nil: it has ended
	s       edo.Dropper
	endless bool // may be polled after the end
	mock    *freeMock
}

func newStreamMachine(name string, config []int, w *world) machine {
	m := &streamMachine{parts: newParts(w), endless: name == "fuse", mock: newMock()}
	n := 0
	if len(config) > 0 {
		n = config[0]
	}
	m.poll, m.s = buildOperator(name, n, m.parts)
	return m
}

// drop drops the operator. What wakes its task from now on does not matter.
func (m *streamMachine) drop() string {
	m.mock = newMock()
	if m.poll == nil {
		return none
	}
	m.poll = nil
	m.s.Drop()
	return "ok"
}

func (m *streamMachine) pollOnce() (outcome string) {
	if m.poll == nil {
		return none
	}
	m.mock.enter(func(cx *edo.Context) { outcome = m.poll(cx) })
	if outcome[0] == '=' || outcome == "end" && !m.endless {
		m.drop()
	}
	return outcome
}

func (m *streamMachine) act(op operation) string {
	switch op.name {
	case "poll":
		return m.pollOnce()
	case "run":
		return runAll(m.pollOnce)
	case "drop":
		return m.drop()
	}
	return m.parts.act(op)
}

func (m *streamMachine) mocks() []mock { return []mock{m.mock} }
func (m *streamMachine) end()          { m.drop() }

// mapMachine is a StreamMap, into which sources are put under their numbers.
type mapMachine struct {
	parts *parts
	m     *stream.StreamMap[int, *val]
	mock  *freeMock
}

func newMapMachine(w *world) machine {
	return &mapMachine{newParts(w), stream.NewStreamMap[int, *val](), newMock()}
}

func (m *mapMachine) pollOnce() (outcome string) {
	m.mock.enter(items[stream.Pair[int, *val]](m.m, func(p stream.Pair[int, *val]) string {
		return fmt.Sprintf("%d:%s", p.First, text(p.Second))
	}).into(&outcome))
	return outcome
}

// into returns a poll that stores the outcome.
func (t texter) into(outcome *string) func(cx *edo.Context) {
	return func(cx *edo.Context) { *outcome = t(cx) }
}

func (m *mapMachine) act(op operation) string {
	switch op.name {
	case "insert":
		has := m.m.Has(op.args[0])
		m.m.Insert(op.args[0], m.parts.sources[op.args[0]])
		if has {
			return "replaced"
		}
		return "ok"
	case "remove":
		has := m.m.Has(op.args[0])
		m.m.Remove(op.args[0]).Drop()
		return applies(has)
	case "q":
		return fmt.Sprint(m.m.Has(op.args[0]))
	case "poll":
		return m.pollOnce()
	case "run":
		return runAll(m.pollOnce)
	}
	return m.parts.act(op)
}

func (m *mapMachine) mocks() []mock { return []mock{m.mock} }
func (m *mapMachine) end()          { m.m.Drop() }

// peekMachine is a Peekable.
type peekMachine struct {
	parts *parts
	s     *stream.Peekable[*val]
	done  bool
	mock  *freeMock
}

func newPeekMachine(w *world) machine {
	p := newParts(w)
	return &peekMachine{parts: p, s: stream.Peek[*val](p.sources[0]), mock: newMock()}
}

func (m *peekMachine) pollOnce() (outcome string) {
	if m.done {
		return none
	}
	m.mock.enter(items[*val](m.s, text).into(&outcome))
	m.done = outcome == "end"
	return outcome
}

func (m *peekMachine) act(op operation) (outcome string) {
	switch op.name {
	case "peek":
		if m.done {
			return none
		}
		m.mock.enter(func(cx *edo.Context) {
			v, p, _ := m.s.PollPeek(cx)
			switch p {
			case edo.Pending:
				outcome = "P"
			case edo.End:
				outcome = "(end)"
			case edo.Ready:
				outcome = "(" + text(v) + ")"
			}
		})
		return outcome
	case "poll":
		return m.pollOnce()
	case "run":
		return runAll(m.pollOnce)
	}
	return m.parts.act(op)
}

func (m *peekMachine) mocks() []mock { return []mock{m.mock} }
func (m *peekMachine) end()          { m.s.Drop() }
