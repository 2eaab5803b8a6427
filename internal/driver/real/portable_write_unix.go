//go:build (portable && linux) || (unix && !linux)

package real

import "syscall"

// writesBlock says that every system call that writes a socket of package net may wait.
const writesBlock = false

// writeNow makes one system call. p is not empty.
func writeNow(fd uintptr, p []byte) (int, error) {
	const most = 1 << 30 // some systems refuse more
	for {
		n, err := syscall.SendmsgN(int(fd), p[:min(len(p), most)], nil, nil, noWait)
		if err != syscall.EINTR {
			return max(n, 0), err
		}
	}
}

// errorNow returns the pending error of the socket, and clears it.
func errorNow(fd uintptr) error {
	n, err := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ERROR)
	if err != nil || n == 0 {
		return nil
	}
	return syscall.Errno(n)
}
