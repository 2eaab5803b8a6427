package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/edo-go/edo/stackless/internal/proof/hunt"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// formsCommand compares the builds of the programs that were written by hand.
func formsCommand(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("proof forms", flag.ExitOnError)
	var p places
	p.flags(flags)
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
	found, runs, err := hunt.Forms(ctx, bed, bed.Builds()...)
	if err != nil {
		return err
	}
	for _, d := range found {
		fmt.Println(d)
	}
	fmt.Printf("%d runs, %d differ\n", runs, len(found))
	if len(found) > 0 {
		return errFound
	}
	return nil
}
