package main

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/edo-go/edo/bench/internal/chart"
)

// bars draws a chart of one figure of a workload, and adds it to the document.
func (d *document) bars(w workload, f figure) {
	var mine, others []chart.Bar
	for _, v := range w.variants {
		m, ok := d.medianOf(w, v, f)
		if !ok {
			continue
		}
		one := chart.Bar{Label: label(v), Value: m.value, Low: m.low, High: m.high, Text: f.text(m.value)}
		if isEdo(v) {
			mine = append(mine, one)
		} else {
			others = append(others, one)
		}
	}
	if len(mine)+len(others) == 0 {
		return
	}
	direction := "lower is better"
	if f.higherIsBetter {
		direction = "higher is better"
	}
	axis := direction
	if f.unit != "" {
		axis = f.unit + ", " + direction
	}
	var svg bytes.Buffer
	d.keepError(chart.Bars(&svg, w.name+": "+f.title, axis, append(mine, others...)))
	d.addChart(w.name+"_"+f.key, w.name+": "+f.title, svg.Bytes())
}

// lines draws a chart of a curve, and adds it to the document.
func (d *document) lines(k curve, lines []chart.Line) {
	if len(lines) == 0 {
		return
	}
	var svg bytes.Buffer
	d.keepError(chart.Lines(&svg, k.title, k.x, k.y, lines))
	d.addChart(k.file, k.title, svg.Bytes())
}

// addChart writes the file of a chart, and a reference to it into the document.
func (d *document) addChart(name, title string, svg []byte) {
	d.keepError(os.WriteFile(filepath.Join(d.charts, name+".svg"), svg, 0o644))
	d.line("![%s](benchmarks/%s.svg)", title, name)
	d.line("")
}

// keepError keeps the first error.
func (d *document) keepError(err error) {
	if d.err == nil {
		d.err = err
	}
}
