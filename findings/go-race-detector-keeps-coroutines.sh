#!/usr/bin/env bash
# One would expect that a coroutine frees its memory when it ends, also under the race detector: goroutines do.
# What happens: the runtime tells the detector about the end of a goroutine, but not about the end of a coroutine of
# iter.Pull. Each coroutine that has ended keeps kilobytes for ever, many of them if it shared memory with others.
# Why it matters: tests with -race that call iter.Pull millions of times, directly or in a library, grow until the system
# kills them, and no Go profile shows where the memory is.
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

// growth returns how many bytes the process has grown for each call of f.
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
