package lost

import (
	"runtime"
	"runtime/metrics"
	"time"
)

const (
	// maxRounds bounds how often Collect runs the collector: what is found may have held
	// on to other things, which the next round finds.
	maxRounds = 16

	// limit is how long Collect waits for the clean-up functions of one round.
	limit = 20 * time.Second
)

// patience is how long Collect waits while no clean-up function of the whole program
// comes to its end.
var patience = 2 * time.Second

// Collect runs the collector, and waits until every clean-up function that it has queued
// has been executed, those of the rest of the program included: Go promises no order
// among them, and counts them in runtime/metrics. So once it has returned true all that
// could not be reached when it was called has been found, and [Found] was called.
//
// It is false when that cannot be known: a clean-up function has not returned for two
// seconds, or they went on for twenty. It takes a few milliseconds, and more when there
// is much memory or a slow clean-up function.
func Collect() bool {
	for range maxRounds {
		before := found.Load()
		_, executed := cleanups()
		runtime.GC()
		complete := drain()
		if _, now := cleanups(); !complete || now == executed {
			return complete
		}
		if found.Load() == before { // clean-up functions of others: one round for what they let go of
			runtime.GC()
			return drain()
		}
	}
	return true
}

// drain waits until every clean-up function that was queued has been executed.
func drain() bool {
	begin := time.Now()
	moved, last := begin, uint64(0)
	for pause := time.Duration(0); ; pause = min(pause+10*time.Microsecond, time.Millisecond) {
		queued, executed := cleanups()
		if executed >= queued {
			return true
		}
		now := time.Now()
		if executed != last {
			moved, last = now, executed
		} else if now.Sub(moved) > patience {
			return false
		}
		if now.Sub(begin) > limit {
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
// program began. What was executed is read first, by the runtime: so when both are equal
// the queue was empty at that moment.
func cleanups() (queued, executed uint64) {
	samples := []metrics.Sample{
		{Name: "/gc/cleanups/queued:cleanups"},
		{Name: "/gc/cleanups/executed:cleanups"},
	}
	metrics.Read(samples)
	return count(samples[0]), count(samples[1])
}

// count returns the value of s, and 0 when this version of Go does not know s.
func count(s metrics.Sample) uint64 {
	if s.Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s.Value.Uint64()
}
