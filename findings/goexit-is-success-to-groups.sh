#!/usr/bin/env bash
# One would expect that a group does not report success if one of its functions never returned.
# What happens when a function of a group ends by runtime.Goexit (t.FailNow and t.SkipNow call it): errgroup's Wait
# returns nil and its context is not cancelled; conc's pool of errors returns nil, and its pool of results returns fewer results
# than it had functions, with a nil error, so a result no longer has the index of its function.
# Why it matters: a test with t.Fatal inside errgroup.Go continues with half of the work; a program that maps functions to
# results by their index must count the results.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOTOOLCHAIN=local
go version
go mod init probe >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

var errNever = errors.New("never returned")

func main() {
	group, ctx := errgroup.WithContext(context.Background())
	gone := make(chan struct{})
	var during error
	group.Go(func() error {
		defer close(gone)
		runtime.Goexit()
		return errNever
	})
	group.Go(func() error {
		<-gone
		during = ctx.Err()
		return nil
	})
	groupErr := group.Wait()
	fmt.Printf("errgroup:          Wait: %v, context while the other runs: %v\n", groupErr, during)

	errs := pool.New().WithErrors()
	errs.Go(func() error {
		runtime.Goexit()
		return errNever
	})
	poolErr := errs.Wait()
	fmt.Printf("conc, ErrorPool:   Wait: %v\n", poolErr)

	results := pool.NewWithResults[int]().WithErrors().WithMaxGoroutines(1)
	for i := range 3 {
		results.Go(func() (int, error) {
			if i == 1 {
				runtime.Goexit()
			}
			return i, nil
		})
	}
	values, resultErr := results.Wait()
	fmt.Printf("conc, results:     Wait: %v, %v of 3 functions\n", values, resultErr)
	if groupErr != nil || during != nil || poolErr != nil || resultErr != nil || len(values) != 2 {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go get golang.org/x/sync@v0.20.0 github.com/sourcegraph/conc@v0.3.0 2>/dev/null
go list -m golang.org/x/sync github.com/sourcegraph/conc
go run .
