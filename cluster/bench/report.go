package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// report prints a table of the medians of all rounds, and what an operation is.
func report(out io.Writer, results []result) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "workload\tbroker\truntime\tstyle\tns/op (min, max)\tof nats.go's\tcold\tCPU ns/op\tof nats.go's")
	for _, row := range rows() {
		rs := of(results, row)
		if len(rs) == 0 {
			continue
		}
		reference := row
		for _, w := range workloads {
			if w.name == row.Workload {
				reference.Runtime, reference.Style = w.variants[0].runtime, w.variants[0].style
			}
		}
		plain := of(results, reference)
		wall, lowest, highest := spread(rs, func(r result) float64 { return r.NS })
		cold, _, _ := spread(rs, func(r result) float64 { return r.ColdNS })
		cpu, _, _ := spread(rs, func(r result) float64 { return r.CPU })
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.0f (%.0f, %.0f)\t%s\t%.0f\t%.0f\t%s\n", row.Workload, row.Place, row.Runtime, row.Style,
			wall, lowest, highest, ratio(row, reference, wall, plain, func(r result) float64 { return r.NS }), cold, cpu,
			ratio(row, reference, cpu, plain, func(r result) float64 { return r.CPU }))
	}
	table.Flush()
	fmt.Fprintln(out, "\nOne operation:")
	table = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, w := range workloads {
		if slices.ContainsFunc(results, func(r result) bool { return r.Workload == w.name }) {
			fmt.Fprintf(table, "%s\t%s\n", w.name, w.op)
		}
	}
	table.Flush()
}

// of returns the results of a row.
func of(results []result, row result) (rs []result) {
	for _, r := range results {
		if r.name() == row.name() {
			rs = append(rs, r)
		}
	}
	return rs
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

// ratio returns value divided by the median of the reference.
func ratio(row, reference result, value float64, plain []result, figure func(result) float64) string {
	if row.name() == reference.name() || len(plain) == 0 {
		return ""
	}
	base, _, _ := spread(plain, figure)
	if base == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", value/base)
}
