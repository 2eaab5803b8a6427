//go:build linux && !portable && !amd64 && !386

package real

import "syscall"

const sysSendmmsg = syscall.SYS_SENDMMSG
