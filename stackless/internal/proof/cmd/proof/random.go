package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/edo-go/edo/stackless/internal/proof/hunt"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// randomCommand compares the builds of random programs, and reduces those that differ.
func randomCommand(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("proof random", flag.ExitOnError)
	var p places
	p.flags(flags)
	n := flags.Int("n", 10_000, "how many programs")
	batch := flags.Int("batch", 1024, "how many programs are built together")
	each := flags.Int("runs", 16, "how often each runs, with other values")
	first := flags.Uint64("seed", 0, "the seed of the first")
	keep := flags.Int("keep", 10, "end after the batch in which so many programs have differed")
	out := flags.String("out", ".", "the folder for reduced programs")
	gcflags := flags.String("gcflags", "-N -l -dwarf=false", "flags of the Go compiler for the programs")
	limit := flags.Duration("reduce", 5*time.Minute, "how long to reduce a program")
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
	bed.Gcflags = *gcflags
	if err := bed.Warm(ctx); err != nil {
		return err
	}
	began, warm := time.Now(), bed.Spent()
	different := map[string]hunt.Finding{} // the first of each program
	runs, programs := 0, 0
	for programs < *n && len(different) < *keep && ctx.Err() == nil {
		size := min(*batch, *n-programs)
		found, r, err := hunt.Seeds(ctx, bed, *first+uint64(programs), size, *each)
		if err != nil {
			return err
		}
		for _, f := range found {
			fmt.Println(f)
			if _, ok := different[f.Program.Name]; !ok {
				different[f.Program.Name] = f
			}
		}
		programs += size
		runs += r
		seconds := time.Since(began).Seconds()
		fmt.Printf("%d programs, %d runs, %.0f s, %.1f programs a second, %d ms to build one, %d differ\n",
			programs, runs, seconds, float64(programs)/seconds, (bed.Spent()-warm).Milliseconds()/int64(programs), len(different))
	}
	if len(different) == 0 {
		return ctx.Err()
	}
	imports, err := bed.Importer(ctx)
	if err != nil {
		return err
	}
	for _, f := range different {
		ctx, cancel := context.WithTimeout(ctx, *limit)
		text, err := hunt.Reduce(ctx, bed, imports, f)
		cancel()
		if err != nil {
			fmt.Println(f.Program.Name, "is not reduced further:", err)
		}
		path := filepath.Join(*out, f.Program.Name+".go")
		if err := os.WriteFile(path, []byte("// "+f.String()+"\n"+text), 0o644); err != nil {
			return err
		}
		fmt.Println("reduced:", path)
	}
	return errFound
}
