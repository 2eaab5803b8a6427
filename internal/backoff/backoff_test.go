package backoff

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestDelaysGrowByTheFactorUpToTheMaximumAndJitterShortensThem(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		Growth
		random float64
		want   [4]time.Duration
	}{
		{Growth{}, 0, [4]time.Duration{}},
		{Growth{Initial: s}, 0, [4]time.Duration{s, 2 * s, 4 * s, 8 * s}},
		{Growth{Initial: s, Max: 3 * s}, 0, [4]time.Duration{s, 2 * s, 3 * s, 3 * s}},
		{Growth{Initial: 5 * s, Max: 3 * s}, 0, [4]time.Duration{3 * s, 3 * s, 3 * s, 3 * s}},
		{Growth{Initial: s, Factor: 1}, 0, [4]time.Duration{s, s, s, s}},
		{Growth{Initial: s, Factor: 3}, 0, [4]time.Duration{s, 3 * s, 9 * s, 27 * s}},
		{Growth{Initial: s, Jitter: 0.5}, 1, [4]time.Duration{s / 2, s, 2 * s, 4 * s}},
		{Growth{Initial: s, Jitter: 1}, 1, [4]time.Duration{}},
		{Growth{Initial: s, Jitter: 7}, 0.5, [4]time.Duration{s / 2, s, 2 * s, 4 * s}},
		{Growth{Initial: s, Jitter: -7}, 0.5, [4]time.Duration{s, 2 * s, 4 * s, 8 * s}},
		{Growth{Initial: s, Factor: 1e300, Jitter: 1}, 0.5, [4]time.Duration{s / 2, longest / 2, longest / 2, longest / 2}},
		{Growth{Initial: s, Factor: 1e300, Max: 8 * s, Jitter: 0.5}, 0.5, [4]time.Duration{3 * s / 4, 6 * s, 6 * s, 6 * s}},
		{Growth{Initial: -s}, 0, [4]time.Duration{}},
	} {
		for earlier, want := range c.want {
			got := c.Delay(earlier, c.random)
			if diff := got - want; diff.Abs() > time.Duration(float64(want)*1e-9) {
				t.Errorf("%+v after %d, random %v: %v, want %v", c.Growth, earlier, c.random, got, want)
			}
		}
	}
}

// Whatever the numbers, also those that make no sense.
func TestADelayIsNeitherNegativeNorTooLong(t *testing.T) {
	strange := []float64{0, -1, 0.5, 1, 2, 1e300, math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		g := Growth{
			Initial: time.Duration(r.Uint64()) >> r.IntN(64), Max: time.Duration(r.Uint64()) >> r.IntN(64),
			Factor: strange[r.IntN(len(strange))], Jitter: r.Float64() * 2,
		}
		earlier, random := r.IntN(2000), r.Float64()
		d := g.Delay(earlier, random)
		if d < 0 || d > longest || g.Max > 0 && d > g.Max {
			t.Fatalf("%+v after %d, random %v: %v", g, earlier, random, d)
		}
	}
}
