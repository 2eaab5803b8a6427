package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/edo-go/edo/stackless/internal/proof/hunt"
	"github.com/edo-go/edo/stackless/internal/proof/random"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// randomCommand compares the builds of random programs, and reduces those that differ.
func randomCommand(ctx context.Context, args []string) (err error) {
	flags := newFlags("random")
	of := selection{n: 10_000, batch: 2048, runs: 16}
	of.flags(flags)
	keep := flags.Int("keep", 10, "end after the batch in which so many programs have differed")
	out := flags.String("out", ".", "the folder for reduced programs")
	gcflags := flags.String("gcflags", testbed.Fast, "flags of the Go compiler for the programs")
	limit := flags.Duration("reduce", 5*time.Minute, "how long to reduce a program")
	bed, done, err := bed(ctx, flags, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	bed.Gcflags = *gcflags
	if err := bed.Warm(ctx, testbed.Coroutine, testbed.Lowered); err != nil {
		return err
	}
	bed.Jobs = 1 // of several builds at the same time
	began, warm := time.Now(), bed.Spent()
	var different []string
	runs, programs := 0, 0
	for programs < of.n && len(different) < *keep && ctx.Err() == nil {
		size := min(of.batch, of.n-programs)
		found, r, err := hunt.Seeds(ctx, bed, of.first+uint64(programs), size, of.runs)
		if err != nil {
			return err
		}
		programs += size
		runs += r
		seconds := time.Since(began).Seconds()
		for _, f := range found {
			if slices.Contains(different, f.Program.Name) {
				continue // another run of the same
			}
			different = append(different, f.Program.Name)
			fmt.Println(f)
			if err := reduced(ctx, bed, f, *limit, *out); err != nil {
				return err
			}
		}
		fmt.Printf("%d programs from seed %d, %d runs, %.0f s, %.1f programs a second, %d ms to build one, %d differ\n",
			programs, of.first, runs, seconds, float64(programs)/seconds, (bed.Spent()-warm).Milliseconds()/int64(programs), len(different))
	}
	if len(different) > 0 {
		return errFound
	}
	return ctx.Err()
}

// reduced writes a program that differs to a folder, as it was generated and as small as it gets in
// some time, and prints the small one.
func reduced(ctx context.Context, bed *testbed.Bed, f hunt.Finding, limit time.Duration, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	path := filepath.Join(out, f.Program.Name)
	head := "// " + f.String() + "\n"
	if err := os.WriteFile(path+".whole", []byte(head+f.Program.Source), 0o644); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	imports, err := bed.Importer(ctx)
	if err != nil {
		return err
	}
	text, err := hunt.Reduce(ctx, bed, imports, f)
	if err != nil {
		fmt.Println(f.Program.Name, "is not reduced further:", err)
	}
	fmt.Printf("%s.go:\n%s\n", path, text)
	return os.WriteFile(path+".go", []byte(head+text), 0o644)
}

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
