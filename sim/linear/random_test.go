package linear_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/edo-go/edo/sim/linear"
)

// realRun returns the history of a real run: clients call one operation after the other, each
// takes effect at a random instant between its call and its return, and apply, which is called in
// the order of these instants, says what it returns. With lossy some operations stay pending, and
// of these some have no effect.
func realRun[I any](r *rand.Rand, n, clients int, lossy bool, input func() I, apply func(in I) int) []linear.Operation[I, int] {
	type effect struct {
		at int64
		op int
	}
	var h []linear.Operation[I, int]
	var effects []effect
	free := make([]int64, clients) // when each client is free
	for range n {
		c := r.IntN(clients)
		call := free[c] + 1 + r.Int64N(10)
		at := call + r.Int64N(20)
		ret := at + r.Int64N(20)
		free[c] = ret
		op := linear.Operation[I, int]{Client: c, Input: input(), Call: call, Return: ret}
		if lossy && r.IntN(400) == 0 {
			op.Pending = true
			if r.IntN(2) == 0 {
				at = 1 << 40 // never
			} else {
				at += r.Int64N(2000)
			}
		}
		effects = append(effects, effect{at, len(h)})
		h = append(h, op)
	}
	slices.SortStableFunc(effects, func(a, b effect) int { return int(a.at - b.at) })
	for _, e := range effects {
		if e.at < 1<<40 {
			h[e.op].Output = apply(h[e.op].Input)
		}
	}
	return h
}

// registerRun is realRun of a register with few values.
func registerRun(r *rand.Rand, n, clients int, lossy bool) []regs {
	state := 0
	kinds := []string{"read", "write", "replace"}
	return realRun(r, n, clients, lossy, func() registerOp {
		return registerOp{Kind: kinds[r.IntN(3)], Old: r.IntN(5), New: r.IntN(5)}
	}, func(in registerOp) (out int) {
		op := regs{Input: in}
		for op.Output = range 5 {
			if next, ok := register.Step(state, op); ok {
				state = next
				return op.Output
			}
		}
		panic("no output fits")
	})
}

func TestHistoriesOfRealRunsAreLinearizable(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		if err := linear.Check(register, registerRun(r, 1+r.IntN(200), 1+r.IntN(8), seed%2 == 0)); err != nil {
			t.Fatalf("seed %d: register: %v", seed, err)
		}
		var items []int
		h := realRun(r, 1+r.IntN(60), 1+r.IntN(4), false, func() int { return max(0, r.IntN(9)-4) }, func(in int) int {
			switch {
			case in > 0:
				items = append(items, in)
				return 0
			case len(items) == 0:
				return 0
			}
			out := items[0]
			items = items[1:]
			return out
		})
		if err := linear.Check(queue, h); err != nil {
			t.Fatalf("seed %d: queue: %v", seed, err)
		}
	}
}

// TestChangedHistoriesAreRejectedWhenTheNaiveSearchRejectsThem changes one output of a real run.
func TestChangedHistoriesAreRejectedWhenTheNaiveSearchRejectsThem(t *testing.T) {
	rejected := 0
	for seed := range uint64(20_000) {
		r := rand.New(rand.NewPCG(seed, 1))
		h := registerRun(r, 2+r.IntN(8), 1+r.IntN(3), seed%3 == 0)
		h[r.IntN(len(h))].Output = r.IntN(5)
		err := linear.Check(register, h)
		if want := naive(register, h); (err == nil) != want {
			t.Fatalf("seed %d: Check says %v, the naive search %t: %+v", seed, err, want, h)
		}
		if err != nil {
			rejected++
			checkPart(t, register, h, err)
		}
	}
	if rejected < 2000 {
		t.Errorf("%d changed histories were rejected: too few to say anything", rejected)
	}
}

// TestStepsOfALargeHistoryAreFew counts the calls of Step for histories of ten clients on one key.
func TestStepsOfALargeHistoryAreFew(t *testing.T) {
	for _, c := range []struct {
		n     int
		lossy bool
	}{{10_000, false}, {2_000, true}} {
		h := registerRun(rand.New(rand.NewPCG(7, 7)), c.n, 10, c.lossy)
		steps := 0
		m := register
		m.Step = func(state int, op regs) (int, bool) {
			steps++
			return register.Step(state, op)
		}
		if err := linear.Check(m, h); err != nil {
			t.Fatal(err)
		}
		if steps > 200*c.n {
			t.Errorf("%d operations: %d steps", c.n, steps)
		}
		i := c.n / 10
		for h[i].Pending || h[i].Input.Kind != "read" {
			i++
		}
		h[i].Output = 17 // which is never written
		steps = 0
		var v *linear.Violation
		if err := linear.Check(m, h); !errors.As(err, &v) || !slices.Equal(v.Operations, []int{i}) {
			t.Fatal(err)
		}
		if steps > 4000*c.n {
			t.Errorf("%d operations: %d steps to find the violation", c.n, steps)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	for _, c := range []struct {
		n, clients int
		lossy      bool
	}{{10_000, 2, false}, {10_000, 10, false}, {10_000, 10, true}} {
		b.Run(fmt.Sprintf("%d/%d/%t", c.n, c.clients, c.lossy), func(b *testing.B) {
			h := registerRun(rand.New(rand.NewPCG(1, 1)), c.n, c.clients, c.lossy)
			for b.Loop() {
				if err := linear.Check(register, h); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
