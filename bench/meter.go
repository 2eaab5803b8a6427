package main

import "time"

// A meter is what a body measures itself with, in one pass.
type meter struct {
	n             int // operations to do; a body that does fewer says so here
	ahead, spread int // of timers: how long tasks sleep, in milliseconds
	cpu0          time.Duration
	at            time.Time
	pass
}

// A pass is the outcome of one. What only some workloads have is in Extra, by names
// that end with the unit.
type pass struct {
	NS    float64            `json:"ns_per_op"`
	CPU   float64            `json:"cpu_ns_per_op"`
	Bytes float64            `json:"bytes_per_task,omitempty"`
	GC    float64            `json:"gc_ms,omitempty"`
	Extra map[string]float64 `json:"extra,omitempty"`
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

// extra notes a figure that only this workload has.
func (m *meter) extra(name string, value float64) {
	if m.Extra == nil {
		m.Extra = make(map[string]float64)
	}
	m.Extra[name] = value
}

// outcome returns the cold pass, which is the first, and the mean of the warm ones
// after it, or the only one twice.
func outcome(passes []pass) (cold, warm pass) {
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
