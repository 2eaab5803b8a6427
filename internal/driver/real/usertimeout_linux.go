package real

import (
	"math"
	"os"
	"syscall"
	"time"
)

// setUserTimeout sets how long bytes may be under way; 0 is the system's own time. A part
// of a millisecond counts as one.
func setUserTimeout(fd int, d time.Duration) error {
	const userTimeout = 18 // TCP_USER_TIMEOUT
	ms := min((d+time.Millisecond-1)/time.Millisecond, math.MaxInt32)
	return os.NewSyscallError("setsockopt", syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, userTimeout, int(ms)))
}
