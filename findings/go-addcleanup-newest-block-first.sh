#!/usr/bin/env bash
# One would expect cleanups of runtime.AddCleanup, which promises no order, to run in random order or in the order in which
# they were added, and HeapAlloc to include their memory.
# What happens: they are queued in blocks of 20. Within a block the first queued runs first, but of the blocks that
# wait the newest runs first, so of 60 the last 20 may run before the first 20, always in groups of 20. And most of a
# cleanup's memory is in MemStats.OtherSys: neither HeapAlloc nor a heap profile shows it.
# Why it matters: a program that finds forgotten objects by cleanups reports them in an order that is sorted in a small
# test and not in a large one, and a million handles with a cleanup cost 50 MB more than the heap shows.
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
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

type object struct{ a, b int }

// stats collects and reads the statistics.
func stats() (m runtime.MemStats) {
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m
}

// order drops n objects at once and returns the order in which their cleanups ran.
func order(n int) []int32 {
	got := make([]int32, n)
	var ran atomic.Int32
	func() {
		kept := make([]*object, n)
		for i := range kept {
			kept[i] = &object{i, i}
			runtime.AddCleanup(kept[i], func(i int) { got[ran.Add(1)-1] = int32(i) }, i)
		}
		runtime.KeepAlive(kept)
	}()
	for range 100 {
		runtime.GC()
		if int(ran.Load()) == n {
			return got
		}
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println("not all cleanups ran")
	os.Exit(1)
	return nil
}

func main() {
	const n = 200000
	objects := make([]*object, n)
	for i := range objects {
		objects[i] = &object{i, i}
	}
	before := stats()
	for i, o := range objects {
		runtime.AddCleanup(o, func(int) {}, i)
	}
	after := stats()
	runtime.KeepAlive(objects)
	objects = nil
	heap := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / n
	other := (int64(after.OtherSys) - int64(before.OtherSys)) / n
	fmt.Printf("bytes of a cleanup: HeapAlloc %d, OtherSys %d\n", heap, other)
	runtime.GOMAXPROCS(1) // so that all are queued before the first runs
	order(20)             // warms up
	got := order(3000)
	var back, runs int
	for first, i := 0, 1; i <= len(got); i++ {
		if i < len(got) && got[i] == got[i-1]+1 {
			continue
		}
		if runs < 12 {
			fmt.Printf("%d..%d ", got[first], got[i-1])
		}
		if runs++; i < len(got) && got[i] < got[first] {
			back++
		}
		first = i
	}
	fmt.Printf("…\n3000 cleanups ran in %d ascending runs, %d of them followed by an older one\n", runs, back)
	if other < 32 || runs < 100 || runs > 200 || back < runs/2 {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go run .
