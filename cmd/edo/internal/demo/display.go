package demo

import (
	"fmt"
	"io"
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cmd/edo/internal/command"
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
	terminal := isTerminal(d.out)
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
			now.Sub(d.began).Seconds(), thousands(d.connected.Load()),
			thousands(perSecond(messages-before, now.Sub(at))),
			roundDuration(d.latency.quantile(0.5)), roundDuration(d.latency.quantile(0.99)),
			thousands(int64(s.tasks)), megabytes(s.memory))
		before, at = messages, now
	}
	return task.Err()
}

// table prints the result, and returns the exit status.
func (d *demo) table() int {
	messages, pings := d.messages.Load(), int64(d.latency.count())
	sent, counted := d.sent.Load(), d.counted.Load()
	verdict, status := "equal", command.OK
	if sent != counted {
		verdict, status = "NOT EQUAL", command.Failed
	}
	row := func(what, value, more string) {
		fmt.Fprintln(d.out, strings.TrimRight(fmt.Sprintf("%-15s %14s  %s", what, value, more), " "))
	}
	rate := func(n int64) string { return thousands(perSecond(n, d.took)) + " per second" }
	row("time", fmt.Sprintf("%.1f s", d.took.Seconds()), "")
	row("connections", thousands(d.most.Load()), fmt.Sprintf("of %s", thousands(int64(d.connections))))
	row("messages", thousands(messages), rate(messages))
	row("pings", thousands(pings), rate(pings))
	row("round trip p50", roundDuration(d.latency.quantile(0.5)).String(), "from when the coordinator takes the request")
	row("round trip p99", roundDuration(d.latency.quantile(0.99)).String(), "")
	row("tasks", thousands(int64(d.peak.tasks)), "at most")
	row("memory", megabytes(d.peak.memory), "at most")
	row("bytes sent", thousands(sent), "")
	row("bytes counted", thousands(counted), verdict)
	return status
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

func perSecond(n int64, d time.Duration) int64 { return int64(float64(n) / d.Seconds()) }

// roundDuration returns d with as many digits as are known.
func roundDuration(d time.Duration) time.Duration {
	switch {
	case d < 10*time.Microsecond:
		return d.Round(10 * time.Nanosecond)
	case d < time.Millisecond:
		return d.Round(time.Microsecond)
	}
	return d.Round(10 * time.Microsecond)
}

func megabytes(n uint64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// thousands writes n with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
