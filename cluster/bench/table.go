package main

import "time"

// A workload is work that all variants do in their way.
type workload struct {
	name, op string
	n        int
	apart    bool // it has no broker
	variants []variant
}

// A variant is one way to do a workload. The first of a workload is the reference.
type variant struct {
	runtime, style string
	run            func(b *bed, n int) error // does n operations; it is called twice
}

// inFlight is how many messages are on their way in the rows that have several.
const inFlight = 256

// limit is how many jobs a worker does at a time.
const limit = 16

var workloads = []workload{
	{
		name: "publish_1", op: "store a job of 128 bytes with an id, and wait for the confirmation", n: 5000,
		variants: []variant{
			{"go", "nats.go", plainPublish(1)}, {"edo", "direct", edoPublish(1, false)}, {"edo", "future", edoPublish(1, true)},
		},
	},
	{
		name: "publish_256", op: "the same, 256 at a time", n: 50_000,
		variants: []variant{
			{"go", "nats.go", plainPublish(inFlight)}, {"go", "nats.go async", plainAsync},
			{"edo", "direct", edoPublish(inFlight, false)}, {"edo", "future", edoPublish(inFlight, true)},
		},
	},
	{
		name: "jobs_1", op: "a job through a worker that does 16 at a time, to the confirmation of its end", n: 20_000,
		variants: []variant{{"go", "nats.go", plainWork(1)}, {"edo", "direct", edoWork(1, false)}, {"edo", "future", edoWork(1, true)}},
	},
	{
		name: "jobs_8", op: "a job through one of eight such workers", n: 20_000,
		variants: []variant{{"go", "nats.go", plainWork(8)}, {"edo", "direct", edoWork(8, false)}, {"edo", "future", edoWork(8, true)}},
	},
	{
		name: "call_1", op: "call a function on a member, and wait for the result", n: 10_000,
		variants: []variant{
			{"go", "nats.go", plainCall(1)}, {"edo", "direct", edoCall(1, false)}, {"edo", "future", edoCall(1, true)},
		},
	},
	{
		name: "call_256", op: "the same, 256 at a time", n: 50_000,
		variants: []variant{
			{"go", "nats.go", plainCall(inFlight)}, {"edo", "direct", edoCall(inFlight, false)}, {"edo", "future", edoCall(inFlight, true)},
		},
	},
	{
		name: "lease", op: "acquire a lease that is free, and release it", n: 3000,
		variants: []variant{{"go", "nats.go", plainLease}, {"edo", "direct", edoLease}},
	},
	{
		name: "channel", op: "for scale: a value through a channel of Go to another goroutine, and an answer", n: 1_000_000, apart: true,
		variants: []variant{{"go", "goroutines", channels}},
	},
}

// The places of the broker.
const (
	in     = "in"
	beside = "beside"
	apart  = "-"
)

// rows are all measurements of a round, with N for each.
func rows() (all []result) {
	for _, w := range workloads {
		places := []string{in, beside}
		if w.apart {
			places = []string{apart}
		}
		for _, p := range places {
			for _, v := range w.variants {
				all = append(all, result{Workload: w.name, Place: p, Runtime: v.runtime, Style: v.style, N: w.n})
			}
		}
	}
	return all
}

// find returns the variant of a row.
func find(row result) (v variant, ok bool) {
	for _, w := range workloads {
		for _, v := range w.variants {
			if w.name == row.Workload && v.runtime == row.Runtime && v.style == row.Style {
				return v, true
			}
		}
	}
	return v, false
}

// channels is the workload for scale.
func channels(_ *bed, n int) error {
	there, back := make(chan int), make(chan int)
	go func() {
		for v := range there {
			back <- v + 1
		}
	}()
	for i := range n {
		there <- i
		<-back
	}
	close(there)
	return nil
}

// patience is that of the queues.
const patience = 30 * time.Second
