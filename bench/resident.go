package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// resident returns the bytes of memory that this process occupies: the resident set on
// Linux, and elsewhere the memory that Go has got from the system and not returned.
func resident() int64 {
	if bytes := status("VmRSS"); bytes > 0 {
		return bytes
	}
	return fromSystem()
}

// peak returns the largest number of bytes that this process has occupied so far, or the
// current number if the system does not record the peak.
func peak() int64 {
	if bytes := status("VmHWM"); bytes > 0 {
		return bytes
	}
	return fromSystem()
}

// status returns a value of /proc/self/status in bytes, or 0 if there is none.
func status(key string) int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, key+":"); found {
			if fields := strings.Fields(rest); len(fields) > 0 {
				kilobytes, _ := strconv.ParseInt(fields[0], 10, 64)
				return kilobytes * 1024
			}
		}
	}
	return 0
}

func fromSystem() int64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.Sys - stats.HeapReleased)
}
