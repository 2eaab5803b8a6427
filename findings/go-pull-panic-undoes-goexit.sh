#!/usr/bin/env bash
# One would expect that a goroutine ends once runtime.Goexit was called (t.FailNow calls it), even if a deferred call then
# panics and the panic is recovered further up. With a plain range over the function this is true.
# What happens under iter.Pull: the panic replaces the Goexit when it reaches the caller of next. After the panic is
# recovered, the caller's goroutine continues as if Goexit had never been called.
# Why it matters: for a library that runs user code on coroutines, "ended by Goexit" and "panicked" are two different
# outcomes, and here it sees only the second one; a test continues after its FailNow.
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
	"fmt"
	"iter"
	"os"
	"runtime"
)

// values ends its goroutine, and its clean-up fails on the way out.
func values(yield func(int) bool) {
	defer func() { panic("clean-up failed") }()
	yield(1)
	runtime.Goexit()
}

// goesOn calls f on a goroutine, recovers, and reports whether the goroutine continues after f.
func goesOn(name string, f func()) (lives bool) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		func() {
			defer func() { fmt.Printf("%-10s recovered: %v\n", name, recover()) }()
			f()
		}()
		lives = true
	}()
	<-done
	fmt.Printf("%-10s goroutine goes on: %v\n", name, lives)
	return lives
}

func main() {
	ranged := goesOn("range", func() {
		for range iter.Seq[int](values) {
		}
	})
	pulled := goesOn("iter.Pull", func() {
		next, _ := iter.Pull(values)
		next()
		next()
	})
	if ranged || !pulled {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go run .
