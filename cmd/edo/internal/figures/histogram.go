package figures

import (
	"encoding/json"
	"fmt"
	"math/bits"
	"sync/atomic"
	"time"
)

// A Histogram counts durations in buckets whose width grows with them, so that each
// is at most 1/16 wide, and a quantile is off by no more than that. The zero value is
// empty. Any number of goroutines may add and read at the same time. As JSON it is the
// counts of the buckets that have any: so one process can tell another.
//
//	bucket i    below 16: exactly i ns
//	            otherwise: from (16 + i%16) << (i/16 - 1) ns, up to where i+1 begins
type Histogram struct {
	buckets [(64 - 3) * 16]atomic.Uint64
}

// bucket returns the index of the bucket that counts n.
func bucket(n uint64) int {
	if n < 16 {
		return int(n)
	}
	shift := bits.Len64(n) - 5
	return (shift+1)*16 + int(n>>shift)%16
}

// start returns the least number that bucket i counts.
func start(i int) uint64 {
	if i < 16 {
		return uint64(i)
	}
	return uint64(16+i%16) << (i/16 - 1)
}

// Add counts d; less than zero is zero.
func (h *Histogram) Add(d time.Duration) { h.buckets[bucket(uint64(max(d, 0)))].Add(1) }

// Count returns how many were added.
func (h *Histogram) Count() (n uint64) {
	for i := range h.buckets {
		n += h.buckets[i].Load()
	}
	return n
}

// Quantile returns a duration which a share of q, from 0 to 1, of all durations does not
// exceed: the end of its bucket. It is 0 when there are none.
func (h *Histogram) Quantile(q float64) time.Duration {
	rest := int64(q*float64(h.Count()) + 0.5)
	last := time.Duration(0)
	for i := range h.buckets {
		n := int64(h.buckets[i].Load())
		if n == 0 {
			continue
		}
		last = time.Duration(start(i+1) - 1)
		if rest -= n; rest <= 0 {
			break
		}
	}
	return last
}

// Merge adds what other has counted.
func (h *Histogram) Merge(other *Histogram) {
	for i := range other.buckets {
		if n := other.buckets[i].Load(); n > 0 {
			h.buckets[i].Add(n)
		}
	}
}

// MarshalJSON writes the buckets that are not empty.
func (h *Histogram) MarshalJSON() ([]byte, error) {
	counts := map[int]uint64{}
	for i := range h.buckets {
		if n := h.buckets[i].Load(); n > 0 {
			counts[i] = n
		}
	}
	return json.Marshal(counts)
}

// UnmarshalJSON adds the counts that MarshalJSON has written.
func (h *Histogram) UnmarshalJSON(text []byte) error {
	var counts map[int]uint64
	if err := json.Unmarshal(text, &counts); err != nil {
		return err
	}
	for i, n := range counts {
		if i < 0 || i >= len(h.buckets) {
			return fmt.Errorf("there is no bucket %d", i)
		}
		h.buckets[i].Add(n)
	}
	return nil
}
