package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// resident returns the bytes of memory that this process occupies: what Linux
// says, and elsewhere what Go has taken from the system and not given back.
func resident() int64 {
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			if pages, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				return pages * int64(os.Getpagesize())
			}
		}
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.Sys - stats.HeapReleased)
}
