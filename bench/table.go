package main

import (
	"fmt"
	"slices"
)

// A workload is work that all who are compared do.
type workload struct {
	name    string
	section string // of the report
	op      string // what one operation is
	n       int    // how many operations at scale 1
	fixed   bool   // and at every other scale that is not too small for so many
	once    bool   // what it leaves in memory would spoil a second pass
	rare    bool   // so long that every third round must do

	peer      string // what the peers call it, when that is not its name
	producers int
	timers    timing
	conns     int // of an echo server that is loaded, and how many requests are
	depth     int // under way on each

	variants []variant
}

// A variant is one way to do a workload.
type variant struct {
	runtime string // as in "edo", "go", "tokio-mt"
	style   string // as in "future", "direct", "goroutines"

	// One of these carries it out:
	run     runner // in a process of this program
	server  string // the echo server of this program with that name
	program string // the peer with that name, in its flavour
	flavour string

	member string // what -peers calls it; empty: always there
}

// timing says when the timers of a workload are due.
type timing uint8

const (
	noTimers timing = iota
	timersNow
	timersAhead // only after all have been set
)

func (w workload) peerName() string {
	if w.peer != "" {
		return w.peer
	}
	return w.name
}

// name returns what -only matches.
func (v variant) name(w workload) string { return w.name + "/" + v.runtime + "/" + v.style }

func (v variant) currentThread() bool { return v.runtime == "edo-ct" }

const million = 1_000_000

// The sections of the report.
const (
	inTasks  = "tasks"
	inMemory = "memory"
	inEcho   = "echo"
	inTimers = "timers"
	inGrowth = "growth"
	inDesign = "design"
)

// workloads are in the order in which a round takes them: a run that ends early has
// measured what comes first.
var workloads = join(
	section(inTasks,
		workload{
			name: "spawn", op: "spawn a task that adds one to a counter; wait for all of them", n: million,
			variants: join(all(goSpawn, futureSpawn, directSpawn), []variant{
				pooled("conc", "goroutines", concSpawn), pooled("conc", "pool", concPoolSpawn),
				pooled("errgroup", "goroutines", errgroupSpawn),
				pooled("ants", "pool of 1,000", antsSpawn(1000)),
				pooled("pond", "pool of 2", pondSpawn(2)), pooled("pond", "pool of 1,000", pondSpawn(1000)),
			}, peers()),
		},
		workload{
			name: "spawn_nested", op: "spawn such a task, from 1,000 tasks that spawn 1,000 each", n: million,
			variants: join(all(goSpawnNested, futureSpawnNested, directSpawnNested), []variant{
				pooled("conc", "goroutines", concNested), pooled("errgroup", "goroutines", errgroupNested),
				pooled("ants", "pool of 1,000", antsNested(1000)),
				pooled("pond", "pool of 1,000", pondNested(1000)),
			}, peers()),
		},
		workload{
			name: "spawn_join", op: "spawn a task and collect its result through its handle", n: million,
			variants: join(all(goSpawnJoin, futureSpawnJoin, directSpawnJoin), []variant{
				pooled("pond", "pool of 1,000", pondJoin(1000)),
			}, peers()),
		},
		workload{
			name: "yield", op: "one of 1,000 tasks lets the others go first", n: million,
			variants: join(all(goYield, futureYield, directYield), peers()),
		},
		workload{
			name: "pingpong", op: "a round trip between two tasks over two channels of capacity 1", n: million,
			variants: join(all(goPingpong, futurePingpong, directPingpong), peers()),
		},
		mpscFrom("mpsc_1", 1),
		mpscFrom("mpsc_4", 4),
		mpscFrom("mpsc_64", 64),
		mpscFrom("mpsc_1000", 1000),
		mpmcBetween("mpmc_1", 1),
		mpmcBetween("mpmc_4", 4),
		mpmcBetween("mpmc_64", 64),
		workload{
			name: "oneshot", op: "make a oneshot, spawn a task that sends on it, wait for the value", n: million,
			variants: join(all(goOneshot, futureOneshot, directOneshot), peers()),
		},
		workload{
			name: "rtt", op: "one of 4 clients asks a coordinator over a channel of 1,024 and gets the answer by a oneshot", n: million,
			variants: join(all(goRTT, futureRTT, directRTT), peers()),
		},
		workload{
			name: "wake_sweep", op: "complete one of 1,000,000 tasks that wait on a oneshot each", n: million, once: true,
			variants: join(all(goWakeSweep, futureWakeSweep, directWakeSweep), peers()),
		},
	),
	section(inMemory,
		workload{
			name: "memory", op: "make a task that waits on a oneshot, with 1,000,000 of them at the end", n: million, once: true,
			variants: join(all(goMemory, futureMemory, directMemory), peers()),
		},
		workload{
			name: "allocs", op: "spawn a task whose future, or function, is there already", n: million / 10,
			variants: all(goAllocs, futureAllocs, directAllocs),
		},
	),
	section(inEcho,
		echoWith(1, 1), echoWith(1, 16), echoWith(50, 1), echoWith(50, 16), echoWith(1000, 1), echoWith(1000, 16),
	),
	section(inTimers,
		workload{
			name: "timers", op: "a task that sleeps 1 to 1,000 ms, 1,000,000 at once", n: million, once: true, timers: timersNow,
			variants: join(all(goTimers, futureTimers, directTimers), peers()),
		},
		workload{
			name: "timers_ahead", op: "a task that sleeps 6 s longer than that, so that all are set before the first is due", n: million, once: true,
			timers: timersAhead, peer: "timers",
			// A million coroutines on one thread take a quarter of a minute, and tell nothing new.
			variants: without(join(all(goTimers, futureTimers, directTimers), peers()), func(v variant) bool {
				return v.currentThread() && v.style == inDirect
			}),
		},
	),
	section(inGrowth,
		growth("spawn", 1_000), growth("spawn", 10_000), growth("spawn", 100_000),
		growth("memory", 1_000), growth("memory", 10_000), growth("memory", 100_000),
		growth("spawn", 10_000_000), growth("memory", 10_000_000),
		connected(100), connected(1_000), connected(10_000), connected(100_000),
	),
	section(inDesign,
		workload{
			name: "socket_one_task", op: "echo 64 bytes over TCP, 16 under way; one task reads and writes", n: million / 4,
			variants: all(goSocketOne, futureSocketOne, directSocketOne),
		},
		workload{
			name: "socket_two_tasks", op: "echo 64 bytes over TCP, 16 under way; one task reads and hands over to another, which writes", n: million / 4,
			variants: all(goSocketTwo, futureSocketTwo, directSocketTwo),
		},
	),
)

func join[T any](parts ...[]T) []T {
	var whole []T
	for _, part := range parts {
		whole = append(whole, part...)
	}
	return whole
}

func without(all []variant, left func(variant) bool) []variant { return slices.DeleteFunc(all, left) }

// section puts workloads into a section of the report.
func section(name string, in ...workload) []workload {
	for i := range in {
		in[i].section = name
	}
	return in
}

// all is plain Go and edo.
func all(plain goBody, future futureBody, direct directBody) []variant {
	return []variant{
		{runtime: "go", style: "goroutines", run: plain.run},
		{runtime: "edo", style: "future", run: future.run},
		{runtime: "edo", style: "direct", run: direct.run},
		{runtime: "edo-ct", style: "future", run: future.run},
		{runtime: "edo-ct", style: "direct", run: direct.run},
	}
}

// pooled is a library of Go.
func pooled(name, style string, body goBody) variant {
	return variant{runtime: name, style: style, run: body.run, member: name}
}

// tokio is both of its flavours.
func tokio() []variant {
	return []variant{
		{runtime: "tokio-mt", style: "future", program: "tokio", flavour: "mt", member: "tokio"},
		{runtime: "tokio-ct", style: "future", program: "tokio", flavour: "ct", member: "tokio"},
	}
}

// peers are the programs in other languages.
func peers() []variant {
	return append(tokio(),
		variant{runtime: "smol", style: "future", program: "smol", member: "smol"},
		variant{runtime: "erlang", style: "processes", program: "erlang", member: "erlang"},
	)
}

func mpscFrom(name string, producers int) workload {
	return workload{
		name: name, op: "a message through a channel of 1,024, from as many producers as the name says", n: 2 * million,
		peer: "mpsc", producers: producers,
		variants: join(all(goMPSC(producers), futureMPSC(producers), directMPSC(producers)), peers()),
	}
}

// echoes are the servers.
func echoes() []variant {
	return append([]variant{
		{runtime: "go", style: "net", server: "net"},
		{runtime: "edo", style: "future", server: "edo-future"},
		{runtime: "edo", style: "direct", server: "edo-direct"},
		{runtime: "edo-ct", style: "future", server: "edo-future"},
		{runtime: "edo-ct", style: "direct", server: "edo-direct"},
		{runtime: "netpoll", style: "callbacks", server: "netpoll", member: "netpoll"},
		{runtime: "gnet", style: "callbacks", server: "gnet", member: "gnet"},
		{runtime: "epoll", style: "by hand", server: "epoll", member: "epoll"},
	}, tokio()...)
}

func echoWith(conns, depth int) workload {
	return workload{
		name:  fmt.Sprintf("echo_%d_%d", conns, depth),
		op:    fmt.Sprintf("a request of 64 bytes and its answer over TCP: %d at a time on each of %d connections", depth, conns),
		conns: conns, depth: depth, variants: echoes(),
	}
}

// connected is echo with ever more connections, and what each occupies.
func connected(conns int) workload {
	w := echoWith(conns, 1)
	w.name, w.fixed = fmt.Sprintf("conns_%d", conns), true
	if conns > 10_000 {
		// It takes ten seconds each. Of those with several workers, one of a kind.
		w.rare = true
		w.variants = without(w.variants, func(v variant) bool {
			return v.runtime != "edo" && v.runtime != "go" && v.runtime != "tokio-mt"
		})
	}
	return w
}

// growth is another workload with so many tasks. Those beyond a million are for
// futures only.
func growth(name string, tasks int) workload {
	w := workload{name: fmt.Sprintf("%s_at_%d", name, tasks), peer: name, n: tasks, fixed: true}
	switch name {
	case "spawn":
		w.op = fmt.Sprintf("spawn, %d at a time", tasks)
		w.variants = all(goSpawn, futureSpawn, directSpawn)
	case "memory":
		w.op, w.once = fmt.Sprintf("memory, with %d tasks", tasks), true
		w.variants = all(goMemory, futureMemory, directMemory)
	}
	w.variants = append(w.variants, peers()...)
	if tasks > million {
		w.rare = true
		w.variants = without(w.variants, func(v variant) bool { return v.style != inFutures })
	}
	return w
}
