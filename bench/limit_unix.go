//go:build unix

package main

import "syscall"

// raiseLimit raises the limit of descriptors as far as the system permits. Child processes
// inherit it, because Go restores the old limit only if the program has not set it.
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
	return int(max(min(uint64(limit.Cur), 20_000), 200)) - spareDescriptors
}
