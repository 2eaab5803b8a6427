//go:build linux && !portable && race

package real

import (
	"runtime"
	"syscall"
	"unsafe"
)

// Under the race detector read and write are calls of package syscall, and report to it the
// memory that the kernel reads and writes, as that package does for files: what was done before
// a write is seen after each read that follows.

var ioSync byte

func read(fd int, p []byte) (int, syscall.Errno) {
	n, _, err := syscall.Recvfrom(fd, p, recvFlags)
	if n > 0 {
		runtime.RaceWriteRange(unsafe.Pointer(unsafe.SliceData(p)), n)
	}
	if err == nil {
		runtime.RaceAcquire(unsafe.Pointer(&ioSync))
	}
	return n, errnoFrom(err)
}

func write(fd int, p []byte) (int, syscall.Errno) {
	runtime.RaceReleaseMerge(unsafe.Pointer(&ioSync))
	n, err := syscall.SendmsgN(fd, p, nil, nil, sendFlags)
	if n > 0 {
		runtime.RaceReadRange(unsafe.Pointer(unsafe.SliceData(p)), n)
	}
	return n, errnoFrom(err)
}

func errnoFrom(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	return errnoOf(err)
}
