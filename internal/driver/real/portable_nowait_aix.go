package real

import "syscall"

// noWait is what other systems have as MSG_DONTWAIT.
const noWait = syscall.MSG_NONBLOCK
