package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/edo-go/edo/stackless/internal/proof/goroot"
	"github.com/edo-go/edo/stackless/internal/proof/hunt"
	"github.com/edo-go/edo/stackless/internal/proof/traces"
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

// gorootCommand compares the builds of the programs of the tool chain, and prints the list.
func gorootCommand(ctx context.Context, args []string) (err error) {
	flags := newFlags("goroot")
	list := flags.String("list", "", "the file to write the list to (default: standard output)")
	out := flags.String("out", ".", "the folder for rewritten programs that differ")
	root := flags.String("goroot", "", "the tool chain (default: that of the go command)")
	bed, done, err := bed(ctx, flags, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	if *root == "" {
		if *root, err = goroot.Root(ctx); err != nil {
			return err
		}
	}
	patterns := goroot.Patterns
	if flags.NArg() > 0 {
		patterns = flags.Args()
	}
	files, err := goroot.Files(*root, patterns...)
	if err != nil {
		return err
	}
	lines, found, err := goroot.Check(ctx, bed, files)
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, l := range lines {
		fmt.Fprintln(&text, l)
	}
	if *list == "" {
		fmt.Print(text.String())
	} else if err := os.WriteFile(*list, []byte(text.String()), 0o644); err != nil {
		return err
	}
	for _, d := range found {
		fmt.Println(d)
		name := strings.ReplaceAll(d.Path, "/", "_")
		if err := os.WriteFile(filepath.Join(*out, name), []byte(d.Source), 0o644); err != nil {
			return err
		}
	}
	if len(found) > 0 {
		return errFound
	}
	return nil
}

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
