package linear_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo/sim/linear"
)

// naive tries every order of every subset that has all operations that have returned: the definition
// of linearizability, written down.
func naive[S comparable, I, O any](m linear.Model[S, I, O], h []linear.Operation[I, O]) bool {
	taken := make([]bool, len(h))
	var try func(state S) bool
	try = func(state S) bool {
		complete := true
		for i := range h {
			complete = complete && (taken[i] || h[i].Pending)
		}
		if complete {
			return true
		}
	next:
		for i := range h {
			if taken[i] {
				continue
			}
			for k := range h {
				if !taken[k] && k != i && !h[k].Pending && h[k].Return < h[i].Call {
					continue next // k has to come first
				}
			}
			after, ok := m.Step(state, h[i])
			if !ok {
				continue
			}
			taken[i] = true
			found := try(after)
			taken[i] = false
			if found {
				return true
			}
		}
		return false
	}
	return try(m.Initial)
}

// agree checks random histories of n operations at the most, and of small values, with both.
func agree[S comparable, I any](t *testing.T, m linear.Model[S, I, int], cases, n int, input func(r *rand.Rand) I) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	fails := 0
	for range cases {
		h := make([]linear.Operation[I, int], 1+r.IntN(n))
		span := int64(2 + r.IntN(2*n))
		for i := range h {
			call := r.Int64N(span)
			h[i] = linear.Operation[I, int]{Input: input(r), Output: r.IntN(3), Call: call, Return: call + r.Int64N(4), Pending: r.IntN(5) == 0}
		}
		err := linear.Check(m, h)
		want := naive(m, h)
		if (err == nil) != want {
			t.Fatalf("Check says %v, the naive search %t: %+v", err, want, h)
		}
		if err != nil {
			fails++
			checkPart(t, m, h, err)
		}
	}
	if fails < cases/10 || fails > cases*9/10 {
		t.Errorf("%d of %d histories are violated: the generator tests one side alone", fails, cases)
	}
}

// checkPart checks what the documentation of Violation promises of its part: with all other operations
// pending it fails, and with one of its own pending too it does not.
func checkPart[S comparable, I any](t *testing.T, m linear.Model[S, I, int], h []linear.Operation[I, int], err error) {
	t.Helper()
	var v *linear.Violation
	if !errors.As(err, &v) || len(v.Operations) == 0 {
		t.Fatalf("no part: %v", err)
	}
	last := h[v.Operations[0]].Return
	for _, i := range v.Operations {
		last = max(last, h[i].Return)
	}
	weakened := func(strong []int) (out []linear.Operation[I, int]) {
		for _, op := range h {
			if op.Call > last {
				continue
			}
			op.Pending = true
			out = append(out, op)
		}
		for _, i := range strong {
			at := 0
			for k := range i {
				if h[k].Call <= last {
					at++
				}
			}
			out[at].Pending = false
		}
		return out
	}
	if naive(m, weakened(v.Operations)) {
		t.Fatalf("the part %v is linearizable: %+v", v.Operations, h)
	}
	for i := range v.Operations {
		less := append(append([]int{}, v.Operations[:i]...), v.Operations[i+1:]...)
		if !naive(m, weakened(less)) {
			t.Fatalf("the part %v fails without its operation %d: %+v", v.Operations, i, h)
		}
	}
}

// TestCheckAgreesWithANaiveSearch has 100,000 small histories of three objects.
func TestCheckAgreesWithANaiveSearch(t *testing.T) {
	kinds := []string{"read", "write", "replace"}
	agree(t, register, 50_000, 6, func(r *rand.Rand) registerOp {
		return registerOp{Kind: kinds[r.IntN(3)], Old: r.IntN(3), New: r.IntN(3)}
	})
	agree(t, queue, 25_000, 6, func(r *rand.Rand) int { return r.IntN(3) })
	agree(t, counter, 25_000, 5, func(r *rand.Rand) int { return r.IntN(3) })
}
