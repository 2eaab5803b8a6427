package hunt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo/stackless/internal/proof/random"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// Parallel generates n programs whose tasks share nothing, and runs them lowered at the same time on
// several workers: frames move between these. A bed whose builds have the race detector finds what
// is written without order.
func Parallel(ctx context.Context, bed *testbed.Bed, first uint64, n, runs int) (found []testbed.Difference, compared int, err error) {
	var programs []random.Program
	for i := range n {
		programs = append(programs, random.Parallel(first+uint64(i), "p"))
	}
	name, began := fmt.Sprint("parallel", first), time.Now()
	defer func() { err = errors.Join(err, bed.Remove(name), bed.Trim(began)) }()
	if _, err := write(bed, name, programs); err != nil {
		return nil, 0, err
	}
	return bed.Parallel(ctx, name, runs)
}
