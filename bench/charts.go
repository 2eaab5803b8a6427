package main

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/edo-go/edo/bench/internal/chart"
)

// bars draws one figure of a workload, and shows it.
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
	if f.higher {
		direction = "higher is better"
	}
	axis := direction
	if f.unit != "" {
		axis = f.unit + ", " + direction
	}
	var svg bytes.Buffer
	d.note(chart.Bars(&svg, w.name+": "+f.title, axis, append(mine, others...)))
	d.show(w.name+"_"+f.key, w.name+": "+f.title, svg.Bytes())
}

// lines draws a curve, and shows it.
func (d *document) lines(k curve, lines []chart.Line) {
	if len(lines) == 0 {
		return
	}
	var svg bytes.Buffer
	d.note(chart.Lines(&svg, k.title, k.x, k.y, lines))
	d.show(k.file, k.title, svg.Bytes())
}

// show writes a chart, and a reference to it.
func (d *document) show(name, title string, svg []byte) {
	d.note(os.WriteFile(filepath.Join(d.charts, name+".svg"), svg, 0o644))
	d.say("![%s](benchmarks/%s.svg)", title, name)
	d.say("")
}

func (d *document) note(err error) {
	if d.err == nil {
		d.err = err
	}
}
