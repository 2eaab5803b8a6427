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
	run            body   // does n operations; it is called twice
	broker         string // "": that of NATS, in both places; another one is beside only
}

// The brokers.
const (
	ofNATS  = "nats"
	ofRedis = "redis"
)

// inFlight is how many messages are on their way in the rows that have several.
const inFlight = 256

// limit is how many jobs a worker does at a time.
const limit = 16

var workloads = []workload{
	{
		name: "publish_1", op: "store a job of 128 bytes with an id, and wait for the confirmation", n: 5000,
		variants: []variant{
			plain("nats.go", plainPublish(1)), direct(edoPublish(1, false)), future(edoPublish(1, true)), redis(asynqPublish(1)),
		},
	},
	{
		name: "publish_256", op: "the same, 256 at a time", n: 50_000,
		variants: []variant{
			plain("nats.go", plainPublish(inFlight)), plain("nats.go async", plainAsync),
			direct(edoPublish(inFlight, false)), future(edoPublish(inFlight, true)), redis(asynqPublish(inFlight)),
		},
	},
	{
		name: "jobs_1", op: "a job through a worker that does 16 at a time, to the confirmation of its end", n: 20_000,
		variants: []variant{plain("nats.go", plainWork(1)), direct(edoWork(1, false)), future(edoWork(1, true)), redis(asynqWork(1))},
	},
	{
		name: "jobs_8", op: "a job through one of eight such workers", n: 20_000,
		variants: []variant{plain("nats.go", plainWork(8)), direct(edoWork(8, false)), future(edoWork(8, true)), redis(asynqWork(8))},
	},
	{
		name: "call_1", op: "call a function on a member, and wait for the result", n: 10_000,
		variants: []variant{plain("nats.go", plainCall(1)), direct(edoCall(1, false)), future(edoCall(1, true))},
	},
	{
		name: "call_256", op: "the same, 256 at a time", n: 50_000,
		variants: []variant{plain("nats.go", plainCall(inFlight)), direct(edoCall(inFlight, false)), future(edoCall(inFlight, true))},
	},
	{
		name: "lease", op: "acquire a lease that is free, and release it", n: 3000,
		variants: []variant{plain("nats.go", plainLease), direct(edoLease)},
	},
	{
		name: "channel", op: "for scale: a value through a channel of Go to another goroutine, and an answer", n: 1_000_000, apart: true,
		variants: []variant{plain("goroutines", channels)},
	},
}

type body = func(b *bed, n int) error

// plain, direct, future and redis return variants.
func plain(style string, run body) variant { return variant{runtime: "go", style: style, run: run} }
func direct(run body) variant              { return variant{runtime: "edo", style: "direct", run: run} }
func future(run body) variant              { return variant{runtime: "edo", style: "future", run: run} }
func redis(run body) variant {
	return variant{runtime: "go", style: "asynq", run: run, broker: ofRedis}
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
				if v.broker == ofRedis && p != beside {
					continue
				}
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
