//go:build (portable && linux) || darwin || dragonfly || freebsd || netbsd || openbsd

package real

import (
	"runtime"
	"strings"
	"syscall"
)

// reusePort is SO_REUSEPORT, for which package syscall has no name on every Linux.
var reusePort = func() int {
	if runtime.GOOS == "linux" && !strings.HasPrefix(runtime.GOARCH, "mips") {
		return 0xf
	}
	return 0x200
}()

func share(_, _ string, c syscall.RawConn) (err error) {
	failed := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, reusePort, 1)
	})
	if failed != nil {
		return failed
	}
	return err
}
