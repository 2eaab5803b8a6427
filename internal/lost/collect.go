package lost

import (
	"runtime"
	"runtime/metrics"
	"time"
)

const (
	// maxRounds bounds how often Collect runs the collector: a thing that is found may have
	// referred to other things, which the next round finds.
	maxRounds = 16

	// maxWait is how long Collect waits for the clean-up functions of one round.
	maxWait = 20 * time.Second
)

// patience is how long Collect waits while no clean-up function of the whole program
// returns.
var patience = 2 * time.Second

// Collect runs the collector, and waits until every clean-up function that it has queued
// has been executed, those of the rest of the program included: Go promises no order
// among them, and counts them in runtime/metrics. When it returns true, [Found] was called
// for everything that was unreachable when Collect was called.
//
// It returns false when that cannot be known: a clean-up function has not returned for two
// seconds, or they have run for twenty. It takes a few milliseconds, and more when there
// is much memory or a slow clean-up function.
func Collect() bool {
	for _, r := range runs() {
		r.watchHandles(false)
	}
	for range maxRounds {
		before := found.Load()
		_, executed := cleanups()
		runtime.GC()
		complete := drain()
		if _, now := cleanups(); !complete || now == executed {
			return complete
		}
		if found.Load() == before { // clean-up functions of the program: one round for the things they referred to
			runtime.GC()
			return drain()
		}
	}
	return true
}

// drain waits until every clean-up function that was queued has been executed. Of the time between two
// looks at most mostSeen counts: when the whole program has stood still, so have those functions.
func drain() bool {
	const mostSeen = 20 * time.Millisecond
	looked := time.Now()
	var total, idle time.Duration // since the beginning, and since the last one returned
	last := uint64(0)
	for pause := time.Duration(0); ; pause = min(pause+10*time.Microsecond, time.Millisecond) {
		queued, executed := cleanups()
		if executed >= queued {
			return true
		}
		now := time.Now()
		seen := min(now.Sub(looked), mostSeen)
		looked = now
		total += seen
		idle += seen
		if executed != last {
			idle, last = 0, executed
		}
		if idle > patience || total > maxWait {
			return false
		}
		if pause == 0 {
			runtime.Gosched()
		} else {
			time.Sleep(pause)
		}
	}
}

// cleanups returns how many clean-up functions were queued and executed since the
// program began. The runtime reads the number of the executed ones first: so when both are
// equal the queue was empty at that moment.
func cleanups() (queued, executed uint64) {
	samples := []metrics.Sample{
		{Name: "/gc/cleanups/queued:cleanups"},
		{Name: "/gc/cleanups/executed:cleanups"},
	}
	metrics.Read(samples)
	return valueOf(samples[0]), valueOf(samples[1])
}

// valueOf returns the value of s, and 0 when this version of Go does not know s.
func valueOf(s metrics.Sample) uint64 {
	if s.Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s.Value.Uint64()
}
