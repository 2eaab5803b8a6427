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
	if bytes := status("VmRSS"); bytes > 0 {
		return bytes
	}
	return fromSystem()
}

// peak returns the most that this process ever occupied; where the system does not
// tell, what it occupies now.
func peak() int64 {
	if bytes := status("VmHWM"); bytes > 0 {
		return bytes
	}
	return fromSystem()
}

// status returns a line of /proc/self/status in bytes, 0 where there is none.
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
