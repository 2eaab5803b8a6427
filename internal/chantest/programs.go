package chantest

import (
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo/internal/invariant"
)

// RunPrograms runs thousands of random programs, which compare a channel or a lock with a
// naive model of it. Each program draws its operations from r. The test fails with the seed
// of the first program that returns an error.
func RunPrograms(t *testing.T, program func(r *rand.Rand) error) {
	t.Helper()
	n := uint64(3000)
	if testing.Short() || invariant.Enabled { // the race detector is slow
		n = 500
	}
	for seed := range n {
		if err := program(rand.New(rand.NewPCG(seed, 1))); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}
