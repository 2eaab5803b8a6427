//go:build linux && !portable && !race && (386 || s390x)

package real

import "syscall"

// On architectures where all socket calls once were one system call, package syscall has
// no numbers for them.
const (
	sysRead   = syscall.SYS_READ
	sysWrite  = syscall.SYS_WRITE
	sendFlags = 0 // ignored
)
