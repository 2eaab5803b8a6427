package main

import (
	"slices"
	"strings"

	"github.com/edo-go/edo/bench/internal/chart"
)

// A curve shows how a figure changes with the size of a workload.
type curve struct {
	file, title, x, y string
	figure            figure
	family            string                     // the name of the workloads, or its beginning
	size              func(workload, result) int // of a workload
}

func tasks(_ workload, r result) int { return r.N }
func conns(w workload, _ result) int { return w.conns }

var curves = []curve{
	{"growth_spawn_time", "spawn: time per task", "tasks at a time", "nanoseconds per task", wallTime, "spawn", tasks},
	{"growth_memory_bytes", "waiting tasks: memory per task", "tasks", "bytes per task", bytesPerTask, "memory", tasks},
	{"growth_memory_time", "waiting tasks: time to make one", "tasks", "nanoseconds per task", wallTime, "memory", tasks},
	{"growth_echo_rate", "TCP echo: requests per second", "connections", "thousand requests per second", requestRate, "conns", conns},
	{"growth_echo_bytes", "TCP echo: memory per connection", "connections", "bytes per connection", bytesPerConn, "conns", conns},
}

// includes reports whether w is a point of the curve.
func (k curve) includes(w workload) bool {
	return w.name == k.family || strings.HasPrefix(w.name, k.family+"_at_") || k.family == "conns" && strings.HasPrefix(w.name, "conns_")
}

// A point is the median of a figure at one size.
type point struct {
	size int
	median
}

// points returns the points of the variant with that label, by size. Rounds of one workload
// at several scales are several points.
func (k curve) points(c *comparison, name string) []point {
	bySize := make(map[int][]result)
	for _, w := range workloads {
		if !k.includes(w) {
			continue
		}
		for _, v := range w.variants {
			if label(v) == name {
				for _, r := range c.of(w, v) {
					bySize[k.size(w, r)] = append(bySize[k.size(w, r)], r)
				}
			}
		}
	}
	var all []point
	for size, rs := range bySize {
		if value, low, high := spread(rs, k.figure.of); value > 0 {
			all = append(all, point{size, median{value, low, high}})
		}
	}
	slices.SortFunc(all, func(a, b point) int { return a.size - b.size })
	return all
}

// labels returns the labels of the variants in a curve, those of edo first.
func (k curve) labels() []string {
	var mine, others []string
	for _, w := range workloads {
		if !k.includes(w) {
			continue
		}
		for _, v := range w.variants {
			if v.member != "" && v.run != nil {
				continue // pools are measured at one size only
			}
			switch name := label(v); {
			case slices.Contains(mine, name) || slices.Contains(others, name):
			case isEdo(v):
				mine = append(mine, name)
			default:
				others = append(others, name)
			}
		}
	}
	return append(mine, others...)
}

// growth writes the curves, each with a chart and a table.
func (d *document) growth() {
	first := true
	for _, k := range curves {
		lines := make(map[string][]point)
		var sizes []int
		for _, name := range k.labels() {
			lines[name] = k.points(d.comparison, name)
			for _, p := range lines[name] {
				if !slices.Contains(sizes, p.size) {
					sizes = append(sizes, p.size)
				}
			}
		}
		slices.Sort(sizes)
		if len(sizes) < 2 {
			continue
		}
		if first {
			first = false
			d.heading(2, "Growth")
			d.line("From 1,000 tasks to 1,000,000, and for futures to 10,000,000; from 100 connections to 100,000. With a thousand tasks the")
			d.line("fixed costs of a process show in the bytes. 100,000 connections are more than a process may have descriptors here: several")
			d.line("servers have a port and a client each.")
		}
		d.heading(3, strings.ToUpper(k.title[:1])+k.title[1:])
		d.curve(k, lines, sizes)
	}
}

func (d *document) curve(k curve, lines map[string][]point, sizes []int) {
	var drawn []chart.Line
	for _, name := range k.labels() {
		if points := lines[name]; len(points) > 1 {
			line := chart.Line{Label: name}
			for _, p := range points {
				line.X, line.Y = append(line.X, float64(p.size)), append(line.Y, p.value)
			}
			drawn = append(drawn, line)
		}
	}
	d.lines(k, drawn)
	titles := []string{"<" + k.y}
	for _, size := range sizes {
		titles = append(titles, strings.TrimSuffix(number(float64(size)), ".0"))
	}
	d.head(append(titles, "last ÷ first")...)
	for _, name := range k.labels() {
		points := lines[name]
		if len(points) == 0 {
			continue
		}
		cells := []string{name}
		for _, size := range sizes {
			cell := ""
			for _, p := range points {
				if p.size == size {
					cell = number(p.value)
				}
			}
			cells = append(cells, cell)
		}
		d.row(append(cells, short(points[len(points)-1].value/points[0].value))...)
	}
}
