package demo

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// A histogram counts durations in buckets whose width grows with them, so that each
// is at most 1/16 wide, and a quantile is off by no more than that. The zero value is
// empty. Any number of goroutines may add and read at the same time.
//
//	bucket i    below 16: exactly i ns
//	            otherwise: from (16 + i%16) << (i/16 - 1) ns, up to where i+1 begins
type histogram struct {
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

// add counts d; less than zero is zero.
func (h *histogram) add(d time.Duration) { h.buckets[bucket(uint64(max(d, 0)))].Add(1) }

// count returns how many were added.
func (h *histogram) count() (n uint64) {
	for i := range h.buckets {
		n += h.buckets[i].Load()
	}
	return n
}

// quantile returns a duration which a share of q, from 0 to 1, of all durations does not
// exceed: the end of its bucket. It is 0 when there are none.
func (h *histogram) quantile(q float64) time.Duration {
	rest := int64(q*float64(h.count()) + 0.5)
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
