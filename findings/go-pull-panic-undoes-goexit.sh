#!/usr/bin/env bash
# One would expect that a goroutine ends once runtime.Goexit was called (t.FailNow calls it): a deferred call that
# panics on the way, and is recovered further up, does not bring the goroutine back. With a plain range over the function so it is.
# What happens under iter.Pull: the panic takes the place of the Goexit when it crosses to the caller of next. Once it
# is recovered the caller's goroutine goes on as if Goexit had never been called.
# Why it matters: a library that runs user code on coroutines hears of "ended by Goexit" and "panicked" as two
# separate outcomes, and here only the second one arrives; a test goes on behind its FailNow.
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

// goesOn calls f on a goroutine, recovers, and says whether the goroutine lives behind it.
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
