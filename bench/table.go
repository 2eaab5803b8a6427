package main

// A workload is work that edo and plain Go both do.
type workload struct {
	name string
	op   string // what one operation is
	n    int    // how many operations at scale 1
	once bool   // what it leaves in memory would spoil a second pass

	variants []variant
}

// A variant is one way to do a workload.
type variant struct {
	runtime string // "go" or "edo"
	style   string // "goroutines"; "future" or "direct"
	run     runner
}

const million = 1_000_000

var workloads = []workload{
	{
		name: "spawn", op: "spawn a task that adds one to a counter; wait for all of them", n: million,
		variants: all(goSpawn, futureSpawn, directSpawn),
	},
	{
		name: "spawn_nested", op: "the same, where 1,000 tasks spawn 1,000 tasks each", n: million,
		variants: all(goSpawnNested, futureSpawnNested, directSpawnNested),
	},
	{
		name: "spawn_join", op: "spawn a task and collect its result through its handle", n: million,
		variants: all(goSpawnJoin, futureSpawnJoin, directSpawnJoin),
	},
	{
		name: "yield", op: "one of 1,000 tasks lets the others go first", n: million,
		variants: all(goYield, futureYield, directYield),
	},
	{
		name: "pingpong", op: "a round trip between two tasks over two channels of capacity 1", n: million,
		variants: all(goPingpong, futurePingpong, directPingpong),
	},
	mpscFrom("mpsc_1", 1),
	mpscFrom("mpsc_4", 4),
	mpscFrom("mpsc_64", 64),
	mpscFrom("mpsc_1000", 1000),
	{
		name: "oneshot", op: "make a oneshot, spawn a task that sends on it, wait for the value", n: million,
		variants: all(goOneshot, futureOneshot, directOneshot),
	},
	{
		name: "rtt", op: "one of 4 clients asks a coordinator over a channel of 1,024 and gets the answer by a oneshot", n: million,
		variants: all(goRTT, futureRTT, directRTT),
	},
	{
		name: "wake_sweep", op: "complete one of 1,000,000 tasks that wait on a oneshot each", n: million, once: true,
		variants: all(goWakeSweep, futureWakeSweep, directWakeSweep),
	},
	{
		name: "memory", op: "make a task that waits on a oneshot, with 1,000,000 of them at the end", n: million, once: true,
		variants: all(goMemory, futureMemory, directMemory),
	},
	{
		name: "socket_one_task", op: "echo 64 bytes over TCP, 16 under way; one task reads and writes", n: million / 4,
		variants: all(goSocketOne, futureSocketOne, directSocketOne),
	},
	{
		name: "socket_two_tasks", op: "the same; one task reads and hands over to another, which writes", n: million / 4,
		variants: all(goSocketTwo, futureSocketTwo, directSocketTwo),
	},
}

func all(plain goBody, future futureBody, direct directBody) []variant {
	return []variant{
		{"go", "goroutines", plain.run},
		{"edo", "future", future.run},
		{"edo", "direct", direct.run},
	}
}

func mpscFrom(name string, producers int) workload {
	return workload{
		name: name, op: "a message through a channel of 1,024, from as many producers as the name says", n: 5 * million,
		variants: all(goMPSC(producers), futureMPSC(producers), directMPSC(producers)),
	}
}
