//go:build ((portable && linux) || (unix && !linux)) && !aix

package real

import "syscall"

// noWait has a call on a socket not wait, also when another process has switched the socket, which
// it shares, back to blocking.
const noWait = syscall.MSG_DONTWAIT
