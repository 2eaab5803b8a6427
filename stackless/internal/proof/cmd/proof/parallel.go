package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/edo-go/edo/stackless/internal/proof/hunt"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// parallelCommand runs random programs on several workers under the race detector.
func parallelCommand(ctx context.Context, args []string) (err error) {
	flags := newFlags("parallel")
	of := selection{n: 256, batch: 256, runs: 8}
	of.flags(flags)
	race := flags.Bool("race", true, "with the race detector")
	bed, done, err := bed(ctx, flags, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	bed.Gcflags, bed.Race = testbed.Fast, *race
	if err := bed.Warm(ctx, testbed.Lowered); err != nil {
		return err
	}
	different, compared := 0, 0
	for i := 0; i < of.n; i += of.batch {
		found, c, err := hunt.Parallel(ctx, bed, of.first+uint64(i), min(of.batch, of.n-i), of.runs)
		if err != nil {
			return err
		}
		for _, d := range found {
			fmt.Println(d)
		}
		different, compared = different+len(found), compared+c
		fmt.Printf("%d programs from seed %d, %d runs, %d differ\n", min(i+of.batch, of.n), of.first, compared, different)
	}
	if different > 0 {
		return errFound
	}
	return nil
}
