package main

// A target is a value that edo must reach on a row, and one that it aims at. The numbers
// were measured on one machine, in the figure's unit. On another machine the ratio to Go
// and to Tokio counts, measured in one run there: must ÷ reference is the bar. A target
// without a reference, such as one for bytes, is the bar itself.
//
// Tokio's references were measured with version 1.24. Newer versions align tasks to cache
// lines, and need more time and memory for each; the bar to Go, which edo must reach as
// well, does not depend on the version. Tokio's timers have become much better since: edo
// must be ahead of them. Lateness is at least the millisecond of a timer's resolution, also
// on a faster machine: it has a bar of its own.
type target struct {
	workload string
	figure   string
	style    string // of edo, on all its workers
	must     float64
	aim      float64

	goes  float64 // Go's figure on that machine; 0: no bar
	tokio float64 // the figure of Tokio's better flavour; 0: no bar

	ahead  bool   // edo must be ahead of Tokio, by any amount
	factor bool   // must and aim are multiples of Go's figure
	of     string // must and aim are multiples of the figure of this runtime; "tokio" is its better flavour
	strict bool   // an equal value does not reach the bar
}

const (
	inFutures = "future"
	inDirect  = "direct"
)

var targets = append([]target{
	{workload: "spawn", figure: "ns", style: inFutures, must: 100, aim: 65, goes: 547, tokio: 153},
	{workload: "spawn_nested", figure: "ns", style: inFutures, must: 140, aim: 110, goes: 598, tokio: 149},
	{workload: "spawn_join", figure: "ns", style: inFutures, must: 160, aim: 120, goes: 644, tokio: 214},
	{workload: "yield", figure: "ns", style: inFutures, must: 38, aim: 30, goes: 357, tokio: 44},
	{workload: "pingpong", figure: "ns", style: inFutures, must: 200, aim: 145, goes: 437, tokio: 307},
	{workload: "mpsc_1", figure: "ns", style: inFutures, must: 35, aim: 20, goes: 55, tokio: 77},
	{workload: "mpsc_4", figure: "ns", style: inFutures, must: 35, aim: 22, goes: 79, tokio: 73},
	{workload: "mpsc_64", figure: "ns", style: inFutures, must: 65, aim: 45, goes: 118, tokio: 116},
	{workload: "mpsc_1000", figure: "ns", style: inFutures, must: 100, aim: 70, goes: 116, tokio: 200},
	{workload: "mpmc_1", figure: "ns", style: inFutures, must: 1, aim: 0.8, factor: true},
	{workload: "mpmc_4", figure: "ns", style: inFutures, must: 1, aim: 0.8, factor: true},
	{workload: "mpmc_64", figure: "ns", style: inFutures, must: 1, aim: 0.8, factor: true},
	{workload: "stream", figure: "ns", style: inFutures, must: 0.15, aim: 0.10, factor: true},
	{workload: "stream", figure: "ns", style: inFutures, must: 0.6, aim: 0.4, of: "ro"},
	{workload: "oneshot", figure: "ns", style: inFutures, must: 190, aim: 130, goes: 612, tokio: 256},
	{workload: "rtt", figure: "ns", style: inFutures, must: 200, aim: 145, goes: 681, tokio: 210},
	{workload: "wake_sweep", figure: "ns", style: inFutures, must: 90, aim: 65, goes: 488, tokio: 156},

	{workload: "spawn", figure: "ns", style: inDirect, must: 350, aim: 250, goes: 547},
	{workload: "yield", figure: "ns", style: inDirect, must: 130, aim: 105, goes: 357},
	{workload: "pingpong", figure: "ns", style: inDirect, must: 400, aim: 320, goes: 437},
	{workload: "rtt", figure: "ns", style: inDirect, must: 500, aim: 400, goes: 681},

	{workload: "spawn", figure: "ns", style: inCompiled, must: 0.25, aim: 0.18, factor: true},
	{workload: "spawn_join", figure: "ns", style: inCompiled, must: 0.35, aim: 0.25, factor: true},
	{workload: "yield", figure: "ns", style: inCompiled, must: 0.15, aim: 0.10, factor: true},
	{workload: "pingpong", figure: "ns", style: inCompiled, must: 0.60, aim: 0.45, factor: true},
	{workload: "rtt", figure: "ns", style: inCompiled, must: 0.45, aim: 0.35, factor: true},
	{workload: "oneshot", figure: "ns", style: inCompiled, must: 0.55, aim: 0.40, factor: true},
	{workload: "wake_sweep", figure: "ns", style: inCompiled, must: 0.50, aim: 0.36, factor: true},
	{workload: "mpsc_1", figure: "ns", style: inCompiled, must: 0.6, aim: 0.5, factor: true},
	{workload: "mpsc_64", figure: "ns", style: inCompiled, must: 0.65, aim: 0.5, factor: true},
	{workload: "mpsc_1000", figure: "ns", style: inCompiled, must: 1, aim: 0.9, factor: true},
	{workload: "memory", figure: "bytes", style: inCompiled, must: 240, aim: 170},
	{workload: "memory", figure: "gc", style: inCompiled, must: 0.12, aim: 0.08, factor: true},
	{workload: "memory_deep", figure: "bytes", style: inCompiled, must: 300, aim: 200},
	{workload: "tcp_idle_10000", figure: "bytes", style: inCompiled, must: 330, aim: 200},
	{workload: "conns_10000", figure: "bytes", style: inCompiled, must: 560, aim: 430},
	{workload: "timers", figure: "cpu_all", style: inCompiled, must: 0.4, aim: 0.28, factor: true},
	{workload: "timers", figure: "bytes", style: inCompiled, must: 0.45, aim: 0.35, factor: true},

	{workload: "memory", figure: "bytes", style: inFutures, must: 190, aim: 128},
	{workload: "memory", figure: "gc", style: inFutures, must: 80, aim: 50, goes: 750},
	{workload: "allocs", figure: "allocs", style: inFutures, must: 1, aim: 1},
	{workload: "tcp_idle_10000", figure: "bytes", style: inFutures, must: 330, aim: 200},
	{workload: "conns_10000", figure: "bytes", style: inFutures, must: 400, aim: 200},

	{workload: "udp_single", figure: "ns", style: inFutures, must: 1, aim: 0.8, factor: true},
	{workload: "udp_batch", figure: "ns", style: inFutures, must: 1, aim: 0.8, factor: true},

	{workload: "timers", figure: "wall", style: inFutures, must: 1500, aim: 1250, goes: 3788, ahead: true},
	{workload: "timers", figure: "cpu_all", style: inFutures, must: 1200, aim: 800, goes: 5400, ahead: true},
	{workload: "timers", figure: "bytes", style: inFutures, must: 200, aim: 128},
	{workload: "timers", figure: "p99", style: inFutures, must: 15, aim: 5, ahead: true},
	{workload: "timers_ahead", figure: "p99", style: inFutures, must: 3, aim: 2, ahead: true},

	{workload: "echo_1_1", figure: "rate", style: inFutures, must: 1.1, aim: 1.3, factor: true},
	{workload: "echo_1_16", figure: "rate", style: inFutures, must: 1.15, aim: 1.45, factor: true},
	{workload: "echo_50_1", figure: "rate", style: inFutures, must: 1.05, aim: 1.2, factor: true},
	{workload: "echo_50_1", figure: "p99", style: inFutures, must: 1, aim: 1, factor: true, strict: true},
	{workload: "echo_50_16", figure: "rate", style: inFutures, must: 1.1, aim: 1.2, factor: true},
	{workload: "echo_50_16", figure: "p99", style: inFutures, must: 1, aim: 1, factor: true, strict: true},
	{workload: "echo_1000_1", figure: "rate", style: inFutures, must: 1, aim: 1.1, factor: true},
	{workload: "echo_1000_1", figure: "p99", style: inFutures, must: 1, aim: 1, factor: true},
	{workload: "echo_1000_16", figure: "rate", style: inFutures, must: 1.1, aim: 1.25, factor: true},
	{workload: "echo_1000_16", figure: "p99", style: inFutures, must: 1, aim: 1, factor: true},
	{workload: "echo_1_1", figure: "cpu", style: inFutures, must: 10_000, aim: 7_500, goes: 13_100, tokio: 8_000},
}, inBoth(
	target{workload: "conns_10000", figure: "rate", must: 1.2, aim: 1.4, factor: true},
	target{workload: "conns_10000", figure: "rate", must: 1, aim: 1.15, of: "tokio"},
	target{workload: "conns_100000", figure: "rate", must: 1.2, aim: 1.4, factor: true},
	target{workload: "conns_100000", figure: "rate", must: 1.05, aim: 1.15, of: "tokio"},
	target{workload: "echo_50_1", figure: "cpu", must: 1, aim: 0.9, of: "tokio"},
	target{workload: "echo_50_16", figure: "cpu", must: 1, aim: 0.9, of: "tokio"},
	target{workload: "echo_1000_1", figure: "cpu", must: 1, aim: 0.9, of: "tokio"},
	target{workload: "echo_50_1", figure: "p99", must: 1.1, aim: 0.9, of: "tokio"},
	target{workload: "echo_1000_1", figure: "p99", must: 1.1, aim: 0.9, of: "tokio"},
	target{workload: "ws_1000", figure: "rate", must: 1.2, aim: 1.6, of: "gorilla"},
	target{workload: "ws_1000", figure: "rate", must: 1.2, aim: 1.6, of: "coder"},
	target{workload: "ws_idle_10000", figure: "bytes", must: 700, aim: 500},
	target{workload: "tls_idle_2000", figure: "bytes", must: 0.5, aim: 0.3, factor: true},
)...)

// inBoth returns the targets that straight-line code has as futures have, once for each.
func inBoth(all ...target) (both []target) {
	for _, style := range []string{inFutures, inCompiled} {
		for _, t := range all {
			t.style = style
			both = append(both, t)
		}
	}
	return both
}
