//go:build linux && !portable && (386 || s390x)

package real

import "syscall"

// accept is acceptShared, by package syscall: that has no number for the call.
func accept(fd int, network uint8) (int, endpoint, syscall.Errno) { return acceptShared(fd, network) }
