package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// report prints a table of the medians of all rounds, and a list of the operations of the
// workloads.
func report(out io.Writer, c *comparison) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "workload\truntime\tstyle\tns/op (min, max)\tof Go's\tcold\tCPU ns/op\tof Go's\tmore")
	for _, w := range workloads {
		var plain []result
		for _, v := range w.variants {
			rs := c.of(w, v)
			if len(rs) == 0 {
				continue
			}
			if v.runtime == "go" {
				plain = rs
			}
			wall, lowest, highest := spread(rs, func(r result) float64 { return r.NS })
			cpu, _, _ := spread(rs, func(r result) float64 { return r.CPU })
			cold, _, _ := spread(rs, func(r result) float64 { return r.ColdNS })
			fmt.Fprintf(table, "%s\t%s\t%s\t%s (%s, %s)\t%s\t%s\t%s\t%s\t%s\n",
				w.name, v.runtime, v.style, number(wall), number(lowest), number(highest),
				ratio(v, wall, plain, func(r result) float64 { return r.NS }),
				number(cold), number(cpu),
				ratio(v, cpu, plain, func(r result) float64 { return r.CPU }),
				moreFigures(w, v, rs, plain))
		}
	}
	table.Flush()
	fmt.Fprintln(out, "\nOne operation:")
	table = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, w := range workloads {
		if slices.ContainsFunc(w.variants, func(v variant) bool { return len(c.of(w, v)) > 0 }) {
			fmt.Fprintf(table, "%s\t%s\n", w.name, w.op)
		}
	}
	table.Flush()
}

// spread returns the median, the lowest and the highest of one figure.
func spread(rs []result, figure func(result) float64) (median, lowest, highest float64) {
	values := make([]float64, len(rs))
	for i, r := range rs {
		values[i] = figure(r)
	}
	slices.Sort(values)
	half := len(values) / 2
	median = values[half]
	if len(values)%2 == 0 {
		median = (values[half-1] + values[half]) / 2
	}
	return median, values[0], values[len(values)-1]
}

// ratio returns value divided by the median of plain Go.
func ratio(v variant, value float64, plain []result, figure func(result) float64) string {
	if v.runtime == "go" || len(plain) == 0 {
		return ""
	}
	base, _, _ := spread(plain, figure)
	if base == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", value/base)
}

// moreFigures returns the cell of the figures that only some workloads have.
func moreFigures(w workload, v variant, rs, plain []result) string {
	var cell []string
	for _, f := range figuresOf(w) {
		if f.key == "ns" || f.key == "cpu" {
			continue
		}
		value, _, _ := spread(rs, f.of)
		if value == 0 && f.key != "allocs" {
			continue
		}
		text := f.short + " " + f.text(value)
		if f.key == "bytes" {
			if of := ratio(v, value, plain, f.of); of != "" {
				text += ", " + of + " of Go's"
			}
		}
		cell = append(cell, text)
	}
	return strings.Join(cell, "; ")
}

// number prints two digits or more, and thousands with a comma.
func number(f float64) string {
	if f == 0 {
		return "0"
	}
	if f < 1 {
		return fmt.Sprintf("%.2f", f)
	}
	if f < 100 {
		return fmt.Sprintf("%.1f", f)
	}
	text := fmt.Sprintf("%.0f", f)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
