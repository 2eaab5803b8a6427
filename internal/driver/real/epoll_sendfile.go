//go:build linux && !portable

package real

import (
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/poller"
	"github.com/edo-go/edo/internal/sched"
)

var _ driver.SendsFiles = (*conn)(nil)

var errNoSendFile = driver.Unsupported("it is no file to send from")

// mostSent bounds one call: where the pages are not in memory, it waits for the disk.
const mostSent = 64 << 10

func (c *conn) SendFile(cx *sched.Context, f *os.File, offset, n int64) (sent int64, poll driver.Poll, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0, driver.Ready, errNoSendFile
	}
	if raw.Control(func(from uintptr) { sent, poll, err = c.sendFrom(cx, int(from), offset, n) }) != nil { // f is closed
		return 0, driver.Ready, errNoSendFile
	}
	return sent, poll, err
}

// sendFrom is SendFile from a descriptor.
func (c *conn) sendFrom(cx *sched.Context, from int, offset, n int64) (int64, driver.Poll, error) {
	var about syscall.Stat_t
	if err := syscall.Fstat(from, &about); err != nil || about.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return 0, driver.Ready, errNoSendFile
	}
	if n <= 0 {
		return 0, driver.Ready, c.checkOpen()
	}
	for {
		if poll, err := c.source.Begin(driver.Writing, cx.Task()); poll == driver.Pending || err != nil {
			return 0, poll, err
		}
		at := offset
		keepNonblocking(c.source.FD())
		sent, err := syscall.Sendfile(c.source.FD(), from, &at, int(min(n, mostSent)))
		switch err {
		case nil: // fewer bytes are also the end of the file, after which there may be room
			c.source.End(driver.Writing, poller.More)
			return int64(sent), driver.Ready, nil
		case syscall.EAGAIN:
			c.source.End(driver.Writing, poller.Drained)
		case syscall.EINTR:
			c.source.End(driver.Writing, poller.More)
		case syscall.EPIPE:
			n, poll, err := c.endBroken(cx)
			return int64(n), poll, err
		case syscall.EINVAL, syscall.ENOSYS, syscall.EOPNOTSUPP, syscall.ESPIPE, syscall.EOVERFLOW, syscall.EIO:
			// Who reads the file instead gets its error, if it has one.
			c.source.End(driver.Writing, poller.More)
			return 0, driver.Ready, errNoSendFile
		default:
			return 0, driver.Ready, c.endFailed(driver.Writing, errnoOf(err))
		}
	}
}
