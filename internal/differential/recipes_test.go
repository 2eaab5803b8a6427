package differential

import "math/rand/v2"

// A recipe says how scripts for one operator are made, and what is compared.
type recipe struct {
	name   string // that both sides know
	of     string // the operator on the side of Tokio
	config func(r *rand.Rand) []int
	ops    []template
	// after is an operation that follows each of the others: what is woken is polled at once.
	after string
	// by are the documented differences, which both outcomes are made equal in.
	by []difference
}

// A template is an operation that may come, with how often it does beside the others.
type template struct {
	name   string
	weight int
	args   []argument
}

// An argument draws a number. n is one that no other operation has.
type argument func(r *rand.Rand, n int) int

func op(name string, weight int, args ...argument) template { return template{name, weight, args} }

// below draws one of the first n numbers.
func below(n int) argument { return between(0, n-1) }

func between(lo, hi int) argument {
	return func(r *rand.Rand, _ int) int { return lo + r.IntN(hi-lo+1) }
}

// value draws a value: its last digit says to operators what to do with it.
func value(r *rand.Rand, n int) int { return 10*n + r.IntN(10) }

func noConfig(*rand.Rand) []int { return nil }

func sized(lo, hi int) func(r *rand.Rand) []int {
	return func(r *rand.Rand) []int { return []int{lo + r.IntN(hi-lo+1)} }
}

// fromSources are the operations on n sources and the operator itself.
func fromSources(n int) []template {
	return []template{op("push", 10, below(n), value), op("end", 1, below(n)), op("poll", 8), op("run", 3), op("drop", 1)}
}

// inRuns is fromSources without single polls.
func inRuns(n int) []template {
	return []template{op("push", 10, below(n), value), op("end", 1, below(n)), op("run", 6), op("drop", 1)}
}

func withWorks(list []template, n int, more ...template) []template {
	return append(append(list, op("fin", 8, below(n)), op("nudge", 2, below(n))), more...)
}

func withInner() []template {
	return []template{op("push", 5, below(1), value), op("push", 12, between(3, 7), value), op("end", 3, between(3, 7)), op("end", 1, below(1)),
		op("poll", 8), op("run", 3), op("drop", 1)}
}

func fromSinks(more ...template) []template {
	return append([]template{
		op("send", 5, value), op("sendall", 1), op("forward", 1), op("poll", 8), op("dropf", 1),
		op("room", 6, below(2), between(1, 3)), op("hold", 1, below(2), between(1, 1)), op("hold", 2, below(2), between(0, 0)),
		op("push", 5, below(1), value), op("end", 1, below(1)), op("flush", 2), op("close", 1),
	}, more...)
}

func fromWorks(n int, more ...template) []template {
	return append([]template{op("poll", 8), op("fin", 3, below(n)), op("nudge", 3, below(n)), op("drop", 1)}, more...)
}

func stream1(name, of string, config func(*rand.Rand) []int) recipe {
	return recipe{name: "stream/" + name, of: of, config: config, ops: fromSources(1)}
}

var recipes = []recipe{
	stream1("map", "tokio_stream::StreamExt::map", noConfig),
	stream1("filter", "tokio_stream::StreamExt::filter", noConfig),
	stream1("filter_map", "tokio_stream::StreamExt::filter_map", noConfig),
	stream1("map_while", "tokio_stream::StreamExt::map_while", noConfig),
	stream1("take", "tokio_stream::StreamExt::take", sized(0, 4)),
	stream1("take_while", "tokio_stream::StreamExt::take_while", noConfig),
	stream1("skip", "tokio_stream::StreamExt::skip", sized(0, 4)),
	stream1("skip_while", "tokio_stream::StreamExt::skip_while", noConfig),
	stream1("fuse", "tokio_stream::StreamExt::fuse", noConfig),
	stream1("inspect", "futures::StreamExt::inspect", noConfig),
	stream1("enumerate", "futures::StreamExt::enumerate", noConfig),
	stream1("all", "tokio_stream::StreamExt::all", noConfig),
	stream1("any", "tokio_stream::StreamExt::any", noConfig),
	stream1("fold", "tokio_stream::StreamExt::fold", noConfig),
	stream1("collect", "tokio_stream::StreamExt::collect", noConfig),
	stream1("count", "futures::StreamExt::count", noConfig),
	stream1("scan", "futures::StreamExt::scan", noConfig),
	stream1("chunks", "futures::StreamExt::chunks", sized(1, 4)),
	stream1("ready_chunks", "futures::StreamExt::ready_chunks", sized(1, 4)),
	{name: "stream/then", of: "tokio_stream::StreamExt::then", config: noConfig, ops: withWorks(fromSources(1), 6, op("fail", 1, below(6)))},
	{name: "stream/catch_unwind", of: "futures::StreamExt::catch_unwind", config: noConfig,
		ops: withWorks(fromSources(1), 6, op("fail", 1, below(6)), op("panic", 2, below(6))), by: []difference{dropsAtOnce}},
	{name: "stream/chain", of: "tokio_stream::StreamExt::chain", config: noConfig, ops: fromSources(2)},
	{name: "stream/merge", of: "tokio_stream::StreamExt::merge", config: noConfig, ops: inRuns(2), by: []difference{takesTurns}},
	{name: "stream/select", of: "futures::stream::select", config: noConfig, ops: inRuns(2), by: []difference{takesTurns}},
	{name: "stream/merge_turns", of: "merge with the turns of edo", config: noConfig, ops: fromSources(2)},
	{name: "stream/select_all", of: "futures::stream::select_all", config: noConfig, ops: fromSources(3)},
	{name: "stream/stream_map", of: "tokio_stream::StreamMap", config: noConfig, ops: []template{
		op("push", 12, below(4), value), op("end", 1, below(4)), op("insert", 3, below(4)), op("remove", 1, below(4)), op("q", 2, below(4)),
	}, after: "run", by: []difference{anyOrder}},
	{name: "stream/peekable", of: "futures::StreamExt::peekable", config: noConfig, ops: []template{
		op("push", 10, below(1), value), op("end", 1, below(1)), op("peek", 6), op("poll", 6), op("run", 2),
	}},
	{name: "stream/for_each", of: "futures::StreamExt::for_each", config: noConfig, ops: withWorks(fromSources(1), 6)},
	{name: "stream/for_each_concurrent", of: "futures::StreamExt::for_each_concurrent", config: sized(1, 3), ops: withWorks(inRuns(1), 6), by: []difference{fillsFirst}},
	{name: "stream/buffered", of: "futures::StreamExt::buffered", config: sized(1, 4), ops: withWorks(inRuns(1), 8, op("fail", 1, below(8))), by: []difference{pollsAll}},
	{name: "stream/buffer_unordered", of: "futures::StreamExt::buffer_unordered", config: sized(1, 4), ops: withWorks(inRuns(1), 8, op("fail", 1, below(8))), by: []difference{pollsAll}},
	{name: "stream/flat_map", of: "futures::StreamExt::flat_map", config: noConfig, ops: withInner()},
	{name: "stream/flatten", of: "futures::StreamExt::flatten", config: noConfig, ops: withInner()},
	{name: "stream/flat_map_unordered", of: "futures::StreamExt::flat_map_unordered", config: sized(1, 3), ops: []template{
		op("push", 5, below(1), value), op("push", 12, between(3, 7), value), op("end", 3, between(3, 7)), op("end", 1, below(1)), op("run", 8), op("drop", 1),
	}, by: []difference{asksAgain}},
	{name: "stream/zip", of: "futures::StreamExt::zip", config: noConfig, ops: fromSources(2), by: []difference{endsAtOnce}},
	{name: "stream/take_until", of: "futures::StreamExt::take_until", config: noConfig, ops: withWorks(fromSources(1), 3)},
	{name: "stream/then_buffered", of: "chain, filter and buffered", config: sized(1, 3), ops: withWorks(inRuns(2), 8, op("fail", 1, below(8))), by: []difference{pollsAll}},
	{name: "stream/chain_zip_chunks", of: "chain, chunks, skip and zip", config: sized(1, 3), ops: fromSources(3), by: []difference{endsAtOnce}},
	{name: "stream/merge_skip_take", of: "merge with the turns of edo, skip, filter and take", config: sized(0, 3), ops: fromSources(2)},

	{name: "sink/direct", of: "futures::SinkExt::send, send_all, StreamExt::forward", config: noConfig,
		ops: fromSinks(op("ready", 2), op("start", 4, value), op("break", 1, below(1)))},
	{name: "sink/fanout", of: "futures::SinkExt::fanout", config: noConfig, ops: fromSinks(op("ready", 2), op("start", 4, value))},
	{name: "sink/with", of: "futures::SinkExt::with", config: noConfig, ops: []template{
		op("send", 6, value), op("poll", 8), op("room", 6, below(1), between(1, 3)), op("hold", 1, below(1), between(1, 1)),
		op("hold", 2, below(1), between(0, 0)), op("flush", 2), op("close", 1),
	}, by: []difference{goesOn}},
	{name: "sink/buffer", of: "futures::SinkExt::buffer", config: sized(0, 3), ops: []template{
		op("ready", 12), op("start", 20, value), op("send", 4, value), op("poll", 6), op("dropf", 1), op("room", 6, below(1), between(1, 3)),
		op("hold", 1, below(1), below(2)), op("flush", 2), op("push", 2, below(1), value), op("forward", 1), op("sendall", 1),
	}, by: []difference{asksLater}},

	{name: "future/join_all", of: "futures::future::join_all", config: sized(1, 5), ops: fromWorks(5, op("fail", 1, below(5))), by: []difference{wokenOnly}},
	{name: "future/try_join_all", of: "futures::future::try_join_all", config: sized(1, 5), ops: fromWorks(5, op("fail", 1, below(5))), after: "poll", by: []difference{wokenOnly}},
	{name: "future/join_all", of: "futures::future::join_all", config: sized(31, 33), ops: fromWorks(33, op("fin", 10, below(33)))},
	{name: "future/join", of: "futures::future::join", config: sized(2, 2), ops: fromWorks(2, op("fail", 1, below(2))), by: []difference{wokenOnly}},
	{name: "future/select", of: "futures::future::select", config: sized(2, 2), ops: fromWorks(2, op("fail", 1, below(2))), after: "poll", by: []difference{wokenOnly}},
	{name: "future/select_all", of: "futures::future::select_all", config: sized(1, 4), ops: fromWorks(4, op("fail", 1, below(4))), after: "poll", by: []difference{wokenOnly}},
	{name: "future/select_ok", of: "futures::future::select_ok", config: sized(1, 4), ops: fromWorks(4, op("fail", 3, below(4))), after: "poll", by: []difference{wokenOnly}},
	{name: "future/fuse", of: "futures::FutureExt::fuse", config: noConfig, ops: fromWorks(1, op("fail", 1, below(1)))},
	{name: "future/map", of: "futures::TryFutureExt::map_ok", config: noConfig, ops: fromWorks(1, op("fail", 1, below(1)))},
	{name: "future/then", of: "futures::FutureExt::then", config: noConfig, ops: fromWorks(2, op("fail", 1, below(2)))},
	{name: "future/and_then", of: "futures::TryFutureExt::and_then", config: noConfig, ops: fromWorks(2, op("fail", 1, below(2)))},
	{name: "future/or_else", of: "futures::TryFutureExt::or_else", config: noConfig, ops: fromWorks(2, op("fail", 1, below(2)))},
	{name: "future/flatten", of: "futures::TryFutureExt::try_flatten", config: noConfig, ops: fromWorks(2, op("fail", 1, below(2)))},
	{name: "future/catch_unwind", of: "futures::FutureExt::catch_unwind", config: noConfig, ops: fromWorks(1, op("panic", 2, below(1)), op("fail", 1, below(1)))},
	{name: "future/abortable", of: "futures::future::abortable", config: noConfig, ops: []template{
		op("poll", 8), op("fin", 2, below(1)), op("fail", 1, below(1)), op("abort", 1), op("drop", 1),
	}, by: []difference{valueFirst}},
	{name: "future/shared", of: "futures::FutureExt::shared", config: noConfig, ops: []template{
		op("poll", 10, below(4)), op("clone", 5, below(4), below(4)), op("drop", 2, below(4)), op("nudge", 3, below(1)), op("fin", 1, below(1)), op("fail", 1, below(1)),
	}, by: []difference{pollsOnce}},

	{name: "time/throttle", of: "tokio_stream::StreamExt::throttle", config: sized(1, 4), ops: timed(), after: "run", by: []difference{holdsOne}},
	{name: "time/timeout", of: "tokio_stream::StreamExt::timeout", config: sized(1, 4), ops: timed(), after: "run"},
	{name: "time/timeout_repeating", of: "tokio_stream::StreamExt::timeout_repeating, with Skip", config: sized(1, 4), ops: timed(), after: "run"},
	{name: "time/chunks_timeout", of: "tokio_stream::StreamExt::chunks_timeout",
		config: func(r *rand.Rand) []int { return []int{1 + r.IntN(4), 1 + r.IntN(4)} }, ops: append(timed(), op("poll", 4), op("run", 4)), by: []difference{stopsItsTimer}},
	{name: "time/timers", of: "tokio::time::sleep, interval_at, timeout", config: noConfig, ops: []template{
		op("sleep", 4, below(4), below(12)), op("timeout", 4, below(4), below(12)), op("interval", 8, below(4), below(12), between(1, 8), below(3)),
		op("poll", 14, below(4)), op("reset", 4, below(4), below(12)), op("resetafter", 2, below(4), below(12)), op("resetat", 2, below(4), below(12)),
		op("fin", 2, below(4)), op("drop", 2, below(4)), op("adv", 10, below(10)), op("adv", 1, between(20, 3000)),
	}},
	{name: "time/delay_queue", of: "tokio_util::time::DelayQueue", config: noConfig, ops: []template{
		op("insert", 10, below(8), below(12), value), op("insert", 1, below(8), between(20, 3000), value), op("reset", 3, below(8), below(12)), op("remove", 2, below(8)),
		op("run", 8), op("len", 2), op("deadline", 3, below(8)), op("adv", 8, below(6)), op("adv", 1, between(20, 3000)),
	}, by: []difference{wakesBySlot}},
}

func timed() []template {
	return []template{op("push", 10, below(1), value), op("end", 1, below(1)), op("adv", 8, between(1, 3)), op("adv", 2, between(4, 9)), op("drop", 1)}
}

// generate returns a random script of at most n operations that the recipe draws.
func (rec *recipe) generate(r *rand.Rand, n int) *script {
	s := &script{recipe: rec.name, config: rec.config(r)}
	total := 0
	for _, t := range rec.ops {
		total += t.weight
	}
	follow := func() {
		if rec.after != "" {
			s.ops = append(s.ops, operation{name: rec.after})
		}
	}
	follow()
	for i := range n {
		o := operation{}
		at := r.IntN(total)
		for _, t := range rec.ops {
			if at -= t.weight; at < 0 {
				o.name = t.name
				for _, a := range t.args {
					o.args = append(o.args, a(r, i+1))
				}
				break
			}
		}
		s.ops = append(s.ops, o)
		if o.name != rec.after {
			follow()
		}
	}
	return s
}

// recipesFor returns the recipes by their name.
func recipesFor(name string) (list []*recipe) {
	for i := range recipes {
		if recipes[i].name == name {
			list = append(list, &recipes[i])
		}
	}
	return list
}
