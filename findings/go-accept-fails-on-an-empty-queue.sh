#!/usr/bin/env bash
# One would expect that Accept waits while no client connects, and fails with "too many open files" only when a client connects.
# What happens on Linux: accept4 allocates the new descriptor first and looks at the queue afterwards. With no free
# descriptor it returns EMFILE on an empty queue instead of EAGAIN, so Accept returns at once, and does so again at each call.
# Why it matters: a server that pauses and tries again, as net/http does, logs errors about connections that do
# not exist for as long as it has no free descriptor; an edge-triggered loop that takes EMFILE for "there is one more" spins.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOTOOLCHAIN=local
go version
uname -sr
go mod init probe >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	accept := func() (time.Duration, error) {
		begin := time.Now()
		listener.(*net.TCPListener).SetDeadline(begin.Add(time.Second))
		_, err := listener.Accept()
		return time.Since(begin), err
	}
	took, before := accept()
	fmt.Println("descriptors free, no client:   ", before, "after", took.Round(time.Millisecond))

	var limit syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	limit.Cur = 64
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		panic(err)
	}
	var open []*os.File
	for {
		file, err := os.Open("/dev/null")
		if err != nil {
			break
		}
		open = append(open, file)
	}
	took, full := accept()
	fmt.Println("no descriptor free, no client: ", full, "after", took.Round(time.Millisecond))
	open[0].Close()
	took2, again := accept()
	fmt.Println("one descriptor free, no client:", again, "after", took2.Round(time.Millisecond))
	waits := errors.Is(before, os.ErrDeadlineExceeded) && errors.Is(again, os.ErrDeadlineExceeded)
	if !waits || !errors.Is(full, syscall.EMFILE) || took > 500*time.Millisecond {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go run .
