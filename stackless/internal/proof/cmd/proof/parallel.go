package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/edo-go/edo/stackless/internal/proof/hunt"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// parallelCommand runs random programs on several workers under the race detector.
func parallelCommand(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("proof parallel", flag.ExitOnError)
	var p places
	p.flags(flags)
	n := flags.Int("n", 256, "how many programs")
	batch := flags.Int("batch", 256, "how many run at the same time")
	each := flags.Int("runs", 8, "how often each runs, with other values")
	first := flags.Uint64("seed", 0, "the seed of the first")
	race := flags.Bool("race", true, "with the race detector")
	flags.Parse(args)
	done, err := p.settle(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	bed, err := testbed.New(p.work, p.repo, p.edo)
	if err != nil {
		return err
	}
	bed.Gcflags, bed.Race = testbed.Fast, *race
	if err := bed.Warm(ctx, testbed.Lowered); err != nil {
		return err
	}
	different, compared := 0, 0
	for i := 0; i < *n; i += *batch {
		found, c, err := hunt.Parallel(ctx, bed, *first+uint64(i), min(*batch, *n-i), *each)
		if err != nil {
			return err
		}
		for _, d := range found {
			fmt.Println(d)
		}
		different, compared = different+len(found), compared+c
		fmt.Printf("%d programs from seed %d, %d runs, %d differ\n", min(i+*batch, *n), *first, compared, different)
	}
	if different > 0 {
		return errFound
	}
	return nil
}
