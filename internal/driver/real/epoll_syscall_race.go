//go:build linux && !portable && race

package real

import "syscall"

// Under the race detector read and write are those of package syscall, which report to it
// the memory that the kernel reads and writes.

func read(fd int, p []byte) (int, syscall.Errno) {
	n, err := syscall.Read(fd, p)
	return n, errnoFrom(err)
}

func write(fd int, p []byte) (int, syscall.Errno) {
	n, err := syscall.Write(fd, p)
	return n, errnoFrom(err)
}

func errnoFrom(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	return errnoOf(err)
}
