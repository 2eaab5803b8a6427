package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/edo-go/edo/stackless/internal/proof/traces"
)

// tracesCommand compares the traces of the simulator in both builds.
func tracesCommand(ctx context.Context, args []string) (err error) {
	flags := newFlags("traces")
	var p places
	p.flags(flags)
	pattern := flags.String("packages", "./examples/...", "whose tests to run")
	flags.Parse(args)
	done, err := p.settle(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	if p.edo == "" {
		p.edo = "go" // compares the coroutine build with itself
	}
	c, err := traces.Compare(ctx, p.repo, p.edo, p.work, *pattern)
	if err != nil {
		return err
	}
	fmt.Printf("%d simulations, %d events, %d traces differ\n", c.Runs, c.Events, max(len(c.Different[0]), len(c.Different[1])))
	for i, name := range []string{"coroutine", "lowered"} {
		for _, t := range c.Different[i][:min(5, len(c.Different[i]))] {
			fmt.Println(name, t)
		}
	}
	if len(c.Different[0])+len(c.Different[1]) > 0 {
		return errFound
	}
	return nil
}
