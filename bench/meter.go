package main

import "time"

// A meter measures one pass of a body.
type meter struct {
	n             int // operations to do; a body that does another number sets it
	ahead, spread int // of timers: tasks sleep ahead + 1 to ahead + spread milliseconds
	startCPU      time.Duration
	startTime     time.Time // zero: stopped
	pass
}

// A pass is the result of one pass. Figures of some workloads only are in Extra, under names
// that end with the unit.
type pass struct {
	NS    float64            `json:"ns_per_op"`
	CPU   float64            `json:"cpu_ns_per_op"`
	Bytes float64            `json:"bytes_per_task,omitempty"`
	GC    float64            `json:"gc_ms,omitempty"`
	Extra map[string]float64 `json:"extra,omitempty"`
}

// start starts the clock, or restarts it.
func (m *meter) start() {
	m.startCPU, m.startTime = cpuTime(), time.Now()
}

// stop ends the pass, unless the body has stopped the clock before.
func (m *meter) stop() {
	if m.startTime.IsZero() {
		return
	}
	wall, cpu := time.Since(m.startTime), cpuTime()-m.startCPU
	m.startTime = time.Time{}
	m.NS = float64(wall.Nanoseconds()) / float64(m.n)
	m.CPU = float64(cpu.Nanoseconds()) / float64(m.n)
}

// setExtra records a figure that only some workloads have.
func (m *meter) setExtra(name string, value float64) {
	if m.Extra == nil {
		m.Extra = make(map[string]float64)
	}
	m.Extra[name] = value
}

// coldAndWarm returns the first pass, which is cold, and the mean of the warm passes after
// it. It returns a single pass twice.
func coldAndWarm(passes []pass) (cold, warm pass) {
	cold, warm = passes[0], passes[len(passes)-1]
	if rest := passes[1:]; len(rest) > 1 {
		warm.NS, warm.CPU = 0, 0
		for _, p := range rest {
			warm.NS += p.NS / float64(len(rest))
			warm.CPU += p.CPU / float64(len(rest))
		}
	}
	return cold, warm
}
