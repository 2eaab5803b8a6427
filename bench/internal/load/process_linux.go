package load

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// resident returns the bytes of memory that a process occupies, or 0 if it has ended.
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	return field(string(text), 1) * int64(os.Getpagesize())
}

// processorTime returns the time that the threads of a process have used. The figure of the
// scheduler is exact to the nanosecond; a system without it has ticks of 10 ms.
func processorTime(pid int) time.Duration {
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return 0
	}
	var sum int64
	for _, thread := range threads {
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", pid, thread.Name())); err == nil {
			sum += field(string(text), 0)
		}
	}
	if sum > 0 {
		return time.Duration(sum)
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	rest := string(text[strings.LastIndexByte(string(text), ')')+1:])
	return time.Duration(field(rest, 11)+field(rest, 12)) * 10 * time.Millisecond
}

// field returns number i of a line, or 0 if there is none.
func field(line string, i int) int64 {
	fields := strings.Fields(line)
	if i >= len(fields) {
		return 0
	}
	n, _ := strconv.ParseInt(fields[i], 10, 64)
	return n
}

func ownProcessorTime() time.Duration {
	var use syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &use) != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
