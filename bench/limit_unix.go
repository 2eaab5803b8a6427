//go:build unix

package main

import "syscall"

// raiseLimit lets this process have as many descriptors as it may, and, since it
// asks for them itself, those that it starts too.
func raiseLimit() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		limit.Cur = limit.Max
		syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
}

// descriptors returns how many connections a process may have.
func descriptors() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 500
	}
	return int(max(min(uint64(limit.Cur), 20_000), 200)) - 100
}
