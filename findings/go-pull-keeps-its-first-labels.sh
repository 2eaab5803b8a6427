#!/usr/bin/env bash
# One would expect that a profile charges the work of an iterator to the request that calls next, because next looks like a
# call, and the labels of pprof.Do apply to all calls in its function.
# What happens: the function behind iter.Pull is a goroutine. It always keeps the labels under which Pull was called,
# regardless of the labels of the goroutine that calls next; and labels that it sets itself never reach that goroutine.
# Why it matters: a pool of coroutines, or an iterator that serves several requests, charges all processor time to the
# request that made it. A program that reuses coroutines must set the labels at each switch, inside the coroutine.
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
	"bytes"
	"context"
	"fmt"
	"iter"
	"os"
	"regexp"
	"runtime/pprof"
	"strings"
)

var label = regexp.MustCompile(`labels: \{"request":"(\w+)"\}`)

// seen returns the label that the goroutine profile shows for the goroutine that runs function.
func seen(function string) string {
	var profile bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&profile, 1)
	for _, stack := range strings.Split(profile.String(), "\n\n") {
		if found := label.FindStringSubmatch(stack); strings.Contains(stack, function) {
			if found == nil {
				return "none"
			}
			return found[1]
		}
	}
	return "no such goroutine"
}

func values(yield func(string) bool) {
	yield("made")
	yield(seen("main.values")) // asked for by second
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("request", "inside")))
	yield("labelled")
}

func main() {
	var next func() (string, bool)
	background := context.Background()
	pprof.Do(background, pprof.Labels("request", "first"), func(context.Context) {
		next, _ = iter.Pull(values)
		next()
	})
	var running, caller string
	pprof.Do(background, pprof.Labels("request", "second"), func(context.Context) {
		running, _ = next()
		next()
		caller = seen("main.main.func2")
	})
	fmt.Println("label of the iterator while \"second\" waits for its value:", running)
	fmt.Println("label of the caller after the iterator has set \"inside\": ", caller)
	fmt.Println("label of the iterator when both requests are over:       ", seen("main.values"))
	if running != "first" || caller != "second" || seen("main.values") != "inside" {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go run .
