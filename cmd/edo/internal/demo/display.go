package demo

import (
	"fmt"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/figures"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// refresh is the time between two updates of the line.
const refresh = 200 * time.Millisecond

// sample is the state of the process at one moment.
type sample struct {
	tasks  int
	memory uint64 // bytes that the program has from the system
}

// takeSample takes a sample, and keeps the peaks.
func (d *demo) takeSample() sample {
	m := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(m)
	s := sample{d.runtime.Metrics().Alive, m[0].Value.Uint64() - m[1].Value.Uint64()}
	d.peak.tasks = max(d.peak.tasks, s.tasks)
	d.peak.memory = max(d.peak.memory, s.memory)
	return s
}

// display is the task that takes the samples and, on a terminal, shows them.
func (d *demo) display(task *edo.Task) error {
	terminal := figures.IsTerminal(d.out)
	if terminal {
		defer fmt.Fprint(d.out, "\r\x1b[K")
	}
	before, at := d.messages.Load(), time.Now()
	for _, err := range stream.All(task, timer.IntervalAt(time.Now(), refresh, timer.OnMissed(timer.Delay))) {
		if err != nil {
			return err
		}
		s := d.takeSample()
		if !terminal {
			continue
		}
		messages, now := d.messages.Load(), time.Now()
		fmt.Fprintf(d.out, "\r\x1b[K%5.1fs  %s connections  %s msg/s  p50 %v  p99 %v  %s tasks  %s",
			now.Sub(d.began).Seconds(), figures.Thousands(d.connected.Load()),
			figures.Thousands(figures.PerSecond(messages-before, now.Sub(at))),
			figures.Round(d.latency.Quantile(0.5)), figures.Round(d.latency.Quantile(0.99)),
			figures.Thousands(int64(s.tasks)), figures.Megabytes(s.memory))
		before, at = messages, now
	}
	return task.Err()
}

// table prints the result, and returns the exit status.
func (d *demo) table() int {
	messages, pings := d.messages.Load(), int64(d.latency.Count())
	sent, counted := d.sent.Load(), d.counted.Load()
	verdict, status := "equal", command.OK
	if sent != counted {
		verdict, status = "NOT EQUAL", command.Failed
	}
	row := func(what, value, more string) {
		fmt.Fprintln(d.out, strings.TrimRight(fmt.Sprintf("%-15s %14s  %s", what, value, more), " "))
	}
	rate := func(n int64) string { return figures.Thousands(figures.PerSecond(n, d.took)) + " per second" }
	row("time", fmt.Sprintf("%.1f s", d.took.Seconds()), "")
	row("connections", figures.Thousands(d.most.Load()), fmt.Sprintf("of %s", figures.Thousands(int64(d.connections))))
	row("messages", figures.Thousands(messages), rate(messages))
	row("pings", figures.Thousands(pings), rate(pings))
	row("round trip p50", figures.Round(d.latency.Quantile(0.5)).String(), "from when the coordinator takes the request")
	row("round trip p99", figures.Round(d.latency.Quantile(0.99)).String(), "")
	row("tasks", figures.Thousands(int64(d.peak.tasks)), "at most")
	row("memory", figures.Megabytes(d.peak.memory), "at most")
	row("bytes sent", figures.Thousands(sent), "")
	row("bytes counted", figures.Thousands(counted), verdict)
	return status
}
