//go:build (portable && linux) || darwin || dragonfly || freebsd || netbsd || openbsd

package real

import "syscall"

func share(c syscall.RawConn) (err error) {
	failed := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, reusePort, 1)
	})
	if failed != nil {
		return failed
	}
	return err
}

// isListening reports whether a socket accepts connections, which package net does not check.
func isListening(fd uintptr) bool {
	n, err := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
	return err != nil || n != 0 // not all systems answer for all sockets
}
