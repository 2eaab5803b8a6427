//go:build unix

package socket

import (
	"sync"
	"syscall"
)

// exhaust leaves the process no free descriptor, until the function that it returns is
// called.
func exhaust() (restore func(), err error) {
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		return nil, err
	}
	lowest, err := syscall.Dup(0) // the number that the next descriptor would get
	if err != nil {
		return nil, err
	}
	syscall.Close(lowest)
	after := before
	setLimit(&after.Cur, lowest)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &after); err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() { syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before) }), nil
}

// setLimit sets a limit, whose type is not the same on all systems.
func setLimit[T int64 | uint64](limit *T, n int) { *limit = T(n) }
