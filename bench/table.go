package main

import (
	"fmt"
	"slices"

	"github.com/edo-go/edo/bench/internal/load"
)

// A workload is work that all variants do in their way.
type workload struct {
	name    string
	section string // of the report
	op      string // what one operation is
	n       int    // number of operations at scale 1
	fixed   bool   // n does not change with the scale; a scale that is too small leaves it out
	once    bool   // one pass: the memory that it leaves behind would disturb a second one
	rare    bool   // takes so long that it is measured in every third round only

	peer      string // its name in the peers, if that differs
	producers int
	timers    timing
	conns     int    // of an echo server under load
	depth     int    // requests that are under way on each connection
	protocol  string // of the connections, one of package load; empty: bytes as they are
	idle      bool   // the connections are made, and then wait

	variants []variant
}

// A variant is one way to do a workload.
type variant struct {
	runtime string // "edo", "go", "tokio-mt", …
	style   string // "future", "direct", "goroutines", …

	// One of these does the work:
	run     runner // in a process of this program
	server  string // the echo server of this program with that name
	program string // the peer with that name, in its flavour
	flavour string

	member string // its name in -peers; empty: always compared
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

// name returns the name that -only matches.
func (v variant) name(w workload) string { return w.name + "/" + v.runtime + "/" + v.style }

func (v variant) currentThread() bool { return v.runtime == "edo-ct" }

const million = 1_000_000

// The sections of the report.
const (
	inTasks  = "tasks"
	inMemory = "memory"
	inEcho   = "echo"
	inWeb    = "web"
	inTimers = "timers"
	inSups   = "supervisors"
	inGrowth = "growth"
	inUDP    = "datagrams"
	inDesign = "design"
)

// workloads are in the order in which a round measures them: a run that ends early has
// measured the first ones.
var workloads = slices.Concat(
	section(inTasks,
		workload{
			name: "spawn", op: "spawn a task that adds one to a counter; wait for all of them", n: million,
			variants: slices.Concat(goAndEdo(goSpawn, futureSpawn, directSpawn), []variant{
				pooled("conc", "goroutines", concSpawn), pooled("conc", "pool", concPoolSpawn),
				pooled("errgroup", "goroutines", errgroupSpawn),
				pooled("ants", "pool of 1,000", antsSpawn(1000)),
				pooled("pond", "pool of 2", pondSpawn(2)), pooled("pond", "pool of 1,000", pondSpawn(1000)),
			}, peers()),
		},
		workload{
			name: "spawn_nested", op: "spawn such a task, from 1,000 tasks that spawn 1,000 each", n: million,
			variants: slices.Concat(goAndEdo(goSpawnNested, futureSpawnNested, directSpawnNested), []variant{
				pooled("conc", "goroutines", concNested), pooled("errgroup", "goroutines", errgroupNested),
				pooled("ants", "pool of 1,000", antsNested(1000)),
				pooled("pond", "pool of 1,000", pondNested(1000)),
			}, peers()),
		},
		workload{
			name: "spawn_join", op: "spawn a task and collect its result through its handle", n: million,
			variants: slices.Concat(goAndEdo(goSpawnJoin, futureSpawnJoin, directSpawnJoin), []variant{
				pooled("pond", "pool of 1,000", pondJoin(1000)),
			}, peers()),
		},
		workload{
			name: "yield", op: "one of 1,000 tasks lets the others go first", n: million,
			variants: slices.Concat(goAndEdo(goYield, futureYield, directYield), peers()),
		},
		streamStages(),
		workload{
			name: "pingpong", op: "a round trip between two tasks over two channels of capacity 1", n: million,
			variants: slices.Concat(goAndEdo(goPingpong, futurePingpong, directPingpong), peers()),
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
			variants: slices.Concat(goAndEdo(goOneshot, futureOneshot, directOneshot), peers()),
		},
		workload{
			name: "rtt", op: "one of 4 clients asks a coordinator over a channel of 1,024 and gets the answer by a oneshot", n: million,
			variants: slices.Concat(goAndEdo(goRTT, futureRTT, directRTT), peers()),
		},
		workload{
			name: "wake_sweep", op: "complete one of 1,000,000 tasks that wait on a oneshot each", n: million, once: true,
			variants: slices.Concat(goAndEdo(goWakeSweep, futureWakeSweep, directWakeSweep), peers()),
		},
	),
	section(inMemory,
		workload{
			name: "memory", op: "make a task that waits on a oneshot, with 1,000,000 of them at the end", n: million, once: true,
			variants: slices.Concat(goAndEdo(goMemory, futureMemory, directMemory), peers()),
		},
		workload{
			name: "memory_deep", op: "the same, waiting three calls deep", n: million, once: true, peer: "memory",
			variants: straight(goDeep, directDeep),
		},
		workload{
			name: "allocs", op: "spawn a task whose future, or function, is there already", n: million / 10,
			variants: goAndEdo(goAllocs, futureAllocs, directAllocs),
		},
	),
	section(inEcho,
		echoWith(1, 1), echoWith(1, 16), echoWith(50, 1), echoWith(50, 16), echoWith(1000, 1), echoWith(1000, 16),
	),
	section(inWeb,
		workload{
			name: "tcp_idle_10000", op: "make a TCP connection that has echoed 64 bytes and waits for more, with 10,000 of them at the end",
			conns: 10_000, depth: 1, idle: true, once: true, variants: without(echoes(), variant.currentThread),
		},
		workload{
			name: "ws_1000", op: "a message of 64 bytes and its answer over a WebSocket: 1 at a time on each of 1,000 connections",
			conns: 1000, depth: 1, protocol: load.WebSocket, variants: webs(),
		},
		workload{
			name: "ws_idle_10000", op: "make a WebSocket that has echoed a message and waits for the next, with 10,000 of them at the end",
			conns: 10_000, depth: 1, protocol: load.WebSocket, idle: true, once: true, variants: without(webs(), variant.currentThread),
		},
		workload{
			name: "tls_idle_2000", op: "make a connection with TLS 1.3 that has echoed 64 bytes and waits for more, with 2,000 of them at the end",
			conns: 2000, depth: 1, protocol: load.TLS, idle: true, once: true,
			variants: []variant{
				{runtime: "go", style: "goroutines", server: "tls-net"},
				{runtime: "edo", style: inFutures, server: "tls-edo-future"},
				{runtime: "edo", style: inDirect, server: "tls-edo-direct"},
				{runtime: "edo", style: inCompiled, server: "tls-edo-direct", member: inCompiled},
			},
		},
	),
	section(inUDP,
		workload{
			name: "udp_single", op: "echo a datagram of 64 bytes, 64 under way on each of 4 pairs of sockets; a call for each", n: million / 4,
			variants: goAndEdo(goDatagramsSingle, futureDatagramsSingle, directDatagramsSingle),
		},
		workload{
			name: "udp_batch", op: "the same; a call for all that are there", n: million / 2,
			variants: goAndEdo(goDatagramsBatch, futureDatagramsBatch, directDatagramsBatch),
		},
	),
	section(inTimers,
		workload{
			name: "timers", op: "a task that sleeps 1 to 1,000 ms, 1,000,000 at once", n: million, once: true, timers: timersNow,
			variants: slices.Concat(goAndEdo(goTimers, futureTimers, directTimers),
				[]variant{{runtime: "edo", style: "queue", run: directBody(queueTimers).run}}, peers()),
		},
		workload{
			name: "timers_ahead", op: "a task that sleeps 6 s longer than that, so that all are set before the first is due", n: million, once: true,
			timers: timersAhead, peer: "timers",
			// A million coroutines on one thread take a quarter of a minute, and tell nothing new.
			variants: without(slices.Concat(goAndEdo(goTimers, futureTimers, directTimers), peers()), func(v variant) bool {
				return v.currentThread() && v.style == inDirect
			}),
		},
	),
	section(inSups, supervised()...),
	section(inGrowth,
		growth("spawn", 1_000), growth("spawn", 10_000), growth("spawn", 100_000),
		growth("memory", 1_000), growth("memory", 10_000), growth("memory", 100_000),
		growth("spawn", 10_000_000), growth("memory", 10_000_000),
		connected(100), connected(1_000), connected(10_000), connected(100_000),
	),
	section(inDesign,
		workload{
			name: "socket_one_task", op: "echo 64 bytes over TCP, 16 under way; one task reads and writes", n: million / 4,
			variants: goAndEdo(goSocketOne, futureSocketOne, directSocketOne),
		},
		workload{
			name: "socket_two_tasks", op: "echo 64 bytes over TCP, 16 under way; one task reads and hands over to another, which writes", n: million / 4,
			variants: goAndEdo(goSocketTwo, futureSocketTwo, directSocketTwo),
		},
	),
)

func without(all []variant, leftOut func(variant) bool) []variant {
	return slices.DeleteFunc(all, leftOut)
}

// section assigns workloads to a section of the report.
func section(name string, in ...workload) []workload {
	for i := range in {
		in[i].section = name
	}
	return in
}

// goAndEdo returns the variants of plain Go and of edo.
func goAndEdo(plain goBody, future futureBody, direct directBody) []variant {
	return []variant{
		{runtime: "go", style: "goroutines", run: plain.run},
		{runtime: "edo", style: "future", run: future.run},
		{runtime: "edo", style: "direct", run: direct.run},
		{runtime: "edo", style: inCompiled, run: direct.run, member: inCompiled},
		{runtime: "edo-ct", style: "future", run: future.run},
		{runtime: "edo-ct", style: "direct", run: direct.run},
	}
}

// straight returns the variants of straight-line code.
func straight(plain goBody, direct directBody) []variant {
	return without(goAndEdo(plain, nil, direct), func(v variant) bool { return v.style == inFutures })
}

// pooled returns the variant of a pool, which is a Go library.
func pooled(name, style string, body goBody) variant {
	return variant{runtime: name, style: style, run: body.run, member: name}
}

// tokio returns the variants of both flavours of Tokio.
func tokio() []variant {
	return []variant{
		{runtime: "tokio-mt", style: "future", program: "tokio", flavour: "mt", member: "tokio"},
		{runtime: "tokio-ct", style: "future", program: "tokio", flavour: "ct", member: "tokio"},
	}
}

// peers returns the variants of the programs in other languages.
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
		variants: slices.Concat(goAndEdo(goMPSC(producers), futureMPSC(producers), directMPSC(producers)), peers()),
	}
}

// echoes returns the variants of the echo servers.
func echoes() []variant {
	return append([]variant{
		{runtime: "go", style: "net", server: "net"},
		{runtime: "edo", style: "future", server: "edo-future"},
		{runtime: "edo", style: "direct", server: "edo-direct"},
		{runtime: "edo", style: inCompiled, server: "edo-direct", member: inCompiled},
		{runtime: "edo-ct", style: "future", server: "edo-future"},
		{runtime: "edo-ct", style: "direct", server: "edo-direct"},
		{runtime: "netpoll", style: "callbacks", server: "netpoll", member: "netpoll"},
		{runtime: "gnet", style: "callbacks", server: "gnet", member: "gnet"},
		{runtime: "epoll", style: "by hand", server: "epoll", member: "epoll"},
	}, tokio()...)
}

// webs returns the variants of the servers of WebSockets.
func webs() []variant {
	return []variant{
		{runtime: "edo", style: inFutures, server: "ws-edo-future"},
		{runtime: "edo", style: inDirect, server: "ws-edo-direct"},
		{runtime: "edo", style: inCompiled, server: "ws-edo-direct", member: inCompiled},
		{runtime: "edo-ct", style: inFutures, server: "ws-edo-future"},
		{runtime: "edo-ct", style: inDirect, server: "ws-edo-direct"},
		{runtime: "gorilla", style: "goroutines", server: "ws-gorilla", member: "gorilla"},
		{runtime: "coder", style: "goroutines", server: "ws-coder", member: "coder"},
		{runtime: "gobwas", style: "goroutines", server: "ws-gobwas", member: "gobwas"},
		{runtime: "nbio", style: "callbacks", server: "ws-nbio", member: "nbio"},
	}
}

func echoWith(conns, depth int) workload {
	return workload{
		name:  fmt.Sprintf("echo_%d_%d", conns, depth),
		op:    fmt.Sprintf("a request of 64 bytes and its answer over TCP: %d at a time on each of %d connections", depth, conns),
		conns: conns, depth: depth, variants: echoes(),
	}
}

// connected returns an echo workload that also measures the memory of a connection.
func connected(conns int) workload {
	w := echoWith(conns, 1)
	w.name, w.fixed = fmt.Sprintf("conns_%d", conns), true
	if conns > 10_000 {
		// Each variant takes a quarter of a minute: only those that a target compares.
		w.variants = without(w.variants, func(v variant) bool {
			return v.runtime != "edo" && !isGo(v) && !isTokio(v)
		})
	}
	return w
}

// growth returns the workload of that name with so many tasks. More than a million tasks
// are measured for futures only.
func growth(name string, tasks int) workload {
	w := workload{name: fmt.Sprintf("%s_at_%d", name, tasks), peer: name, n: tasks, fixed: true}
	switch name {
	case "spawn":
		w.op = fmt.Sprintf("spawn, %d at a time", tasks)
		w.variants = goAndEdo(goSpawn, futureSpawn, directSpawn)
	case "memory":
		w.op, w.once = fmt.Sprintf("memory, with %d tasks", tasks), true
		w.variants = goAndEdo(goMemory, futureMemory, directMemory)
	}
	w.variants = append(w.variants, peers()...)
	if tasks > million {
		w.rare = true
		w.variants = without(w.variants, func(v variant) bool { return v.style != inFutures })
	}
	return w
}
