//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package real

import (
	"runtime"
	"strings"
)

// reusePort is SO_REUSEPORT, for which package syscall has no name on every Linux.
var reusePort = func() int {
	if runtime.GOOS == "linux" && !strings.HasPrefix(runtime.GOARCH, "mips") {
		return 0xf
	}
	return 0x200
}()
