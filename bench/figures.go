package main

import (
	"fmt"
	"math"
)

// A figure is one of the quantities that a workload measures.
type figure struct {
	key            string
	title          string // of a chart or a column
	short          string // in a list
	unit           string
	higherIsBetter bool
	informational  bool // shown, but not judged
	processor      bool // processor time, which has a list of its own
	of             func(result) float64
}

// text returns a value with its unit.
func (f figure) text(value float64) string {
	if f.unit == "" {
		return number(value)
	}
	return number(value) + " " + f.unit
}

// better reports whether a is better than b.
func (f figure) better(a, b float64) bool {
	if f.higherIsBetter {
		return a > b
	}
	return a < b
}

// allocsPerTask rounds: the runtime itself allocates a few objects meanwhile.
func allocsPerTask(r result) float64 { return math.Round(r.Extra["allocs_per_task"]*100) / 100 }

func extra(name string, divisor float64) func(result) float64 {
	return func(r result) float64 { return r.Extra[name] / divisor }
}

var (
	wallTime     = figure{key: "ns", title: "time per operation", short: "time", unit: "ns", of: func(r result) float64 { return r.NS }}
	cpuTimeSpent = figure{key: "cpu", title: "processor time per operation", short: "CPU", unit: "ns", processor: true, of: func(r result) float64 { return r.CPU }}
	bytesPerTask = figure{key: "bytes", title: "memory per task", short: "memory", unit: "B", of: func(r result) float64 { return r.Bytes }}
	bytesPerConn = figure{key: "bytes", title: "memory per connection", short: "memory", unit: "B", of: func(r result) float64 { return r.Bytes }}
	fullGC       = figure{key: "gc", title: "full collection", short: "full GC", unit: "ms", of: func(r result) float64 { return r.GC }}
	allocations  = figure{key: "allocs", title: "allocations per task", short: "allocations", of: allocsPerTask}
	allocBytes   = figure{key: "alloc_bytes", title: "bytes allocated per task", short: "allocated", unit: "B", informational: true, of: extra("alloc_bytes_per_task", 1)}
	requestRate  = figure{key: "rate", title: "requests per second", short: "rate", unit: "k/s", higherIsBetter: true, of: extra("requests_per_s", 1e3)}
	halfAnswered = figure{key: "p50", title: "answered within, half of all", short: "p50", unit: "µs", informational: true, of: extra("p50_us", 1)}
	p99Answered  = figure{key: "p99", title: "answered within, 99 of 100", short: "p99", unit: "µs", of: extra("p99_us", 1)}
	halfLate     = figure{key: "p50", title: "lateness, half of all", short: "late p50", unit: "ms", informational: true, of: extra("late_p50_us", 1e3)}
	p99Late      = figure{key: "p99", title: "lateness, 99 of 100", short: "late p99", unit: "ms", of: extra("late_p99_us", 1e3)}
	mostLate     = figure{key: "max", title: "lateness of the latest", short: "latest", unit: "ms", informational: true, of: extra("late_max_us", 1e3)}

	openTime = figure{key: "open", title: "time to make a connection", short: "made in", unit: "µs", informational: true, of: func(r result) float64 { return r.NS / 1e3 }}
	openCPU  = figure{key: "open_cpu", title: "processor time to make a connection", short: "CPU to make one", unit: "µs", processor: true, of: func(r result) float64 { return r.CPU / 1e3 }}

	wallInAll = figure{key: "wall", title: "time in all", short: "wall", unit: "ms", of: func(r result) float64 { return r.NS * float64(r.N) / 1e6 }}
	cpuInAll  = figure{key: "cpu_all", title: "processor time in all", short: "CPU", unit: "ms", processor: true, of: func(r result) float64 { return r.CPU * float64(r.N) / 1e6 }}
)

// figuresOf returns what w measures, the most important first.
func figuresOf(w workload) []figure {
	switch {
	case w.timers != noTimers:
		return []figure{wallInAll, cpuInAll, bytesPerTask, halfLate, p99Late, mostLate}
	case w.idle:
		return []figure{bytesPerConn, openCPU, openTime}
	case w.conns > 0 && w.fixed:
		return []figure{requestRate, bytesPerConn, cpuTimeSpent, halfAnswered, p99Answered}
	case w.conns > 0:
		return []figure{requestRate, p99Answered, cpuTimeSpent, halfAnswered}
	case w.peerName() == "memory":
		return []figure{bytesPerTask, fullGC, wallTime, cpuTimeSpent}
	case w.name == "allocs":
		return []figure{allocations, allocBytes}
	}
	return []figure{wallTime, cpuTimeSpent}
}

// figure returns the figure of w with that key.
func (w workload) figure(key string) figure {
	for _, f := range figuresOf(w) {
		if f.key == key {
			return f
		}
	}
	panic(fmt.Sprintf("%s has no figure %q", w.name, key))
}
