package load

import (
	"testing"
	"time"
)

func TestBucketsFollowEachOtherAndAreNarrow(t *testing.T) {
	last := -1
	for _, v := range []uint64{0, 1, 31, 32, 33, 63, 64, 100, 1000, 1 << 20, 1<<20 + 1<<15, 1 << 40, 1<<63 + 1} {
		b := bucket(v)
		if b < last || b >= buckets {
			t.Errorf("%d is in bucket %d, after %d", v, b, last)
		}
		last = b
		if low := lowest(b); low > v || float64(v-low) > float64(v)/32 {
			t.Errorf("%d counts as %d", v, low)
		}
	}
}

func TestQuantilesOfSeveralHistograms(t *testing.T) {
	var sum Histogram
	sum.Add(Histogram{bucket(10): 98})
	sum.Add(Histogram{bucket(20): 1, bucket(1024): 1})
	for q, want := range map[float64]time.Duration{0: 10, 0.5: 10, 0.98: 20, 0.99: 1024, 0.999: 1024} {
		if got := sum.Quantile(q); got != want {
			t.Errorf("%g: %d instead of %d", q, got, want)
		}
	}
	if got := (Histogram{}).Quantile(0.5); got != 0 {
		t.Errorf("of nothing: %d", got)
	}
}

func TestResultsOfClientsAddUp(t *testing.T) {
	one := Result{
		Conns: 10, Requests: 100, Wall: time.Second, Memory: 1000, ServerCPU: 3, ClientCPU: 4,
		ColdRequests: 10, ColdWall: time.Millisecond, ColdCPU: 5, OpenWall: 7, OpenCPU: 6, Latency: Histogram{1: 100},
	}
	two := one
	two.Wall = 2 * time.Second
	var sum Result
	sum.Add(one)
	sum.Add(two)
	if sum.Conns != 20 || sum.Requests != 200 || sum.Wall != 2*time.Second || sum.Memory != 2000 || sum.ServerCPU != 6 ||
		sum.ClientCPU != 8 || sum.ColdRequests != 20 || sum.ColdWall != time.Millisecond || sum.ColdCPU != 10 || sum.OpenWall != 7 || sum.OpenCPU != 12 || sum.Latency[1] != 200 {
		t.Errorf("got %+v", sum)
	}
}
