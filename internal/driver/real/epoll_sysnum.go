//go:build linux && !portable && !race && !386 && !s390x

package real

import "syscall"

const (
	sysRead   = syscall.SYS_RECVFROM
	sysWrite  = syscall.SYS_SENDTO
	sendFlags = syscall.MSG_NOSIGNAL
)
