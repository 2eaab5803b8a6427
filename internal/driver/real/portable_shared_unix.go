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
