package load

import (
	"math/bits"
	"slices"
	"time"
)

// A Histogram counts latencies in buckets that are a 32nd of an octave wide, so that a
// percentile is accurate to 3 %. It only has buckets that are not zero, so its JSON is
// small.
type Histogram map[int]int64

const buckets = 64 * 32

// bucket returns the bucket of v nanoseconds.
func bucket(v uint64) int {
	if v < 32 {
		return int(v)
	}
	octave := bits.Len64(v) - 1
	return (octave-4)*32 + int(v>>(octave-5)&31)
}

// lowest returns the smallest number of nanoseconds in bucket b.
func lowest(b int) uint64 {
	if b < 32 {
		return uint64(b)
	}
	octave := b/32 + 4
	return 1<<octave + uint64(b&31)<<(octave-5)
}

// Add adds the counts of o.
func (h *Histogram) Add(o Histogram) {
	if *h == nil {
		*h = make(Histogram)
	}
	for b, n := range o {
		(*h)[b] += n
	}
}

// Quantile returns the latency that the part q of all latencies does not exceed, or 0 if
// there are none.
func (h Histogram) Quantile(q float64) time.Duration {
	var total, sum int64
	keys := make([]int, 0, len(h))
	for b, n := range h {
		total += n
		keys = append(keys, b)
	}
	slices.Sort(keys)
	for _, b := range keys {
		sum += h[b]
		if sum > int64(q*float64(total)) {
			return time.Duration(lowest(b))
		}
	}
	return 0
}
