package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/edo-go/edo/stackless/internal/proof/random"
)

// showCommand prints the programs of seeds.
func showCommand(_ context.Context, args []string) error {
	for _, a := range args {
		seed, err := strconv.ParseUint(a, 10, 64)
		if err != nil {
			return err
		}
		fmt.Print(random.Generate(seed, "p0").Source)
	}
	return nil
}
