package main

import "time"

// A meter is what a body measures itself with, in one pass.
type meter struct {
	n    int // operations to do; a body that does fewer says so here
	cpu0 time.Duration
	at   time.Time
	pass
}

// A pass is the outcome of one.
type pass struct {
	NS    float64 `json:"ns_per_op"`
	CPU   float64 `json:"cpu_ns_per_op"`
	Bytes float64 `json:"bytes_per_task,omitempty"`
	GC    float64 `json:"gc_ms,omitempty"`
}

// start lets the clock begin, anew if it ran already.
func (m *meter) start() {
	m.cpu0, m.at = cpuTime(), time.Now()
}

// stop ends the pass, unless the body has done so itself, earlier.
func (m *meter) stop() {
	if m.at.IsZero() {
		return
	}
	wall, cpu := time.Since(m.at), cpuTime()-m.cpu0
	m.at = time.Time{}
	m.NS = float64(wall.Nanoseconds()) / float64(m.n)
	m.CPU = float64(cpu.Nanoseconds()) / float64(m.n)
}
