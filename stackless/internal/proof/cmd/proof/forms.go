package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/edo-go/edo/stackless/internal/proof/hunt"
)

// formsCommand compares the builds of the programs that were written by hand.
func formsCommand(ctx context.Context, args []string) (err error) {
	flags := newFlags("forms")
	bed, done, err := bed(ctx, flags, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
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
