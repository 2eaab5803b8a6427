//go:build linux && !portable && !race && (386 || s390x)

package real

import "syscall"

// Package syscall has no numbers of socket calls where they once were one call.
const (
	sysRead   = syscall.SYS_READ
	sysWrite  = syscall.SYS_WRITE
	sendFlags = 0 // not looked at
)
