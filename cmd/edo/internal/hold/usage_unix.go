//go:build unix

package hold

import (
	"syscall"
	"time"
)

// processorTime returns the user and system time that this process has used.
func processorTime() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// DescriptorLimit raises the soft limit of this process to the hard one, and returns what
// it has then. The children of this process start with it, and can do the same.
func DescriptorLimit() int64 {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil {
		return 0
	}
	if l.Cur < l.Max {
		raised := l
		raised.Cur = l.Max
		if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised) == nil {
			l = raised
		}
	}
	return int64(min(uint64(l.Cur), 1<<31-1))
}
