#!/usr/bin/env bash
# One would expect that what ends gives its memory back, under the race detector too, if more slowly: goroutines do.
# What happens: the runtime tells the detector of the end of a goroutine, and not of that of a coroutine, as iter.Pull
# makes. Each one that has ended leaves kilobytes behind for ever, many of them if it shared memory with others.
# Why it matters: tests with -race that use iter.Pull by the million, or a library that does, grow until the system
# ends them, and no Go profile shows where the memory is.
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
	"fmt"
	"iter"
	"os"
	"runtime"
	"strconv"
)

const rounds = 20_000

// resident returns the resident memory of the process, in bytes.
func resident() int {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	pages, err := strconv.Atoi(string(bytes.Fields(b)[1]))
	if err != nil {
		panic(err)
	}
	return pages * os.Getpagesize()
}

// growth returns by how much the process has grown, in bytes for each call of f.
func growth(name string, f func()) int {
	for range rounds {
		f()
	}
	runtime.GC()
	before := resident()
	for range rounds {
		f()
	}
	runtime.GC()
	each := (resident() - before) / rounds
	fmt.Printf("%-10s %d bytes each, %d goroutines at the end\n", name, each, runtime.NumGoroutine())
	return each
}

func main() {
	goroutines := growth("goroutine", func() {
		done := make(chan struct{})
		go close(done)
		<-done
	})
	coroutines := growth("coroutine", func() {
		next, stop := iter.Pull(func(yield func(int) bool) { yield(1) })
		next()
		stop()
	})
	if coroutines < 1000 || goroutines > coroutines/4 {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go run -race .
