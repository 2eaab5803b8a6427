package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/edo-go/edo/stackless/internal/proof/random"
)

// showCommand prints random programs, or writes them to a folder.
func showCommand(_ context.Context, args []string) error {
	flags := newFlags("show")
	n := flags.Int("n", 1, "how many programs")
	first := flags.Uint64("seed", 0, "the seed of the first")
	pkg := flags.String("package", "p0", "their package")
	to := flags.String("to", "", "a folder for a file each (default: standard output, as one file)")
	flags.Parse(args)
	if *to != "" {
		if err := os.MkdirAll(*to, 0o755); err != nil {
			return err
		}
	}
	var programs []random.Program
	for i := range *n {
		p := random.Generate(*first+uint64(i), *pkg)
		programs = append(programs, p)
		if *to == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(*to, p.Name+".go"), []byte(p.Source), 0o644); err != nil {
			return err
		}
	}
	if *to == "" {
		text, _ := random.File(*pkg, programs...)
		fmt.Print(text)
	}
	return nil
}
