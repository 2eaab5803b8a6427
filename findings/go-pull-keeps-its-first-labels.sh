#!/usr/bin/env bash
# One would expect that a profile charges what an iterator does to the request that asks for its next value, since next looks
# like a call and the labels of pprof.Do hold for what is called in it.
# What happens: the function behind iter.Pull is a goroutine. It keeps the labels under which Pull was called, for ever,
# whatever the labels of the goroutine that calls next; and labels that it sets itself never reach that goroutine.
# Why it matters: a pool of coroutines, or an iterator kept over several requests, charges all processor time to the
# request that happened to make it. Whatever reuses coroutines must set the labels at each hand-over, on the inside.
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

// seen says which label the goroutine profile shows for the goroutine that runs function.
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
