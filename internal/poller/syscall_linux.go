package poller

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"github.com/edo-go/edo/internal/sched"
)

// pollNow returns how many events there are now. It does not tell Go's scheduler
// that it makes a system call, which is sound because this one never waits.
func pollNow(epfd int, events []syscall.EpollEvent) int {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(epfd),
			uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), 0, 0, 0)
		switch errno {
		case 0:
			return int(n)
		case syscall.EINTR:
		default:
			return 0
		}
	}
}

// pollUntil waits until there are events, or until the deadline, and returns how many
// events there are. It may return earlier, without an event. now is the present instant.
// Go's scheduler is told: when the call takes long it gives the processor to other
// goroutines, and the collector does not wait for it.
func pollUntil(epfd int, events *events, deadline, now int64) int {
	var n uintptr
	var errno syscall.Errno
	left := max(deadline-now, 0)
	switch {
	case deadline == sched.Never:
		n, _, errno = syscall.Syscall6(syscall.SYS_EPOLL_PWAIT, uintptr(epfd),
			uintptr(unsafe.Pointer(events)), uintptr(len(events)), ^uintptr(0), 0, 0)
	case !coarse.Load():
		timeout := [2]int64{left / 1e9, left % 1e9} // of 64 bits everywhere
		n, _, errno = syscall.Syscall6(sysEpollPwait2, uintptr(epfd),
			uintptr(unsafe.Pointer(events)), uintptr(len(events)), uintptr(unsafe.Pointer(&timeout)), 0, 0)
		if errno != 0 && errno != syscall.EINTR {
			coarse.Store(true)
		}
	default:
		ms := min((left+999_999)/1e6, 1e9)
		n, _, errno = syscall.Syscall6(syscall.SYS_EPOLL_PWAIT, uintptr(epfd),
			uintptr(unsafe.Pointer(events)), uintptr(len(events)), uintptr(ms), 0, 0)
	}
	if errno != 0 {
		return 0
	}
	return int(n)
}

// coarse says that the kernel, or a filter of system calls, does not know epoll_pwait2,
// which is of 2020: then waits end up to a millisecond late.
var coarse atomic.Bool

// sysEpollPwait2 is a number that package syscall does not know. It is the same on every
// architecture, counted from the first number of that architecture.
const sysEpollPwait2 = 441 + syscall.SYS_EPOLL_PWAIT/1000*1000
