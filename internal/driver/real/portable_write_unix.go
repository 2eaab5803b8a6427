//go:build (portable && linux) || (unix && !linux)

package real

import "syscall"

// writesBlock says that no system call on a socket of package net can be had that does
// not wait.
const writesBlock = false

// writeNow makes one system call. p is not empty.
func writeNow(fd uintptr, p []byte) (int, error) {
	const most = 1 << 30 // more is too much for some systems
	for {
		n, err := syscall.Write(int(fd), p[:min(len(p), most)])
		if err != syscall.EINTR {
			return max(n, 0), err
		}
	}
}

// errorNow takes the error that the socket has to tell.
func errorNow(fd uintptr) error {
	n, err := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ERROR)
	if err != nil || n == 0 {
		return nil
	}
	return syscall.Errno(n)
}
