//go:build linux && !portable

package real

import (
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/poller"
	"github.com/edo-go/edo/internal/sched"
)

var _ driver.PassesFiles = (*conn)(nil)

func (c *conn) WriteFiles(cx *sched.Context, p []byte, files []*os.File) (n int, poll driver.Poll, err error) {
	if c.remote.network < firstUnix {
		return 0, driver.Ready, errOnlyUnix
	}
	failed := withRights(files, func(rights []byte) { n, poll, err = c.writeRights(cx, p, rights) })
	if failed != nil {
		return 0, driver.Ready, failed
	}
	return n, poll, err
}

// writeRights is Write with control data.
func (c *conn) writeRights(cx *sched.Context, p, rights []byte) (int, driver.Poll, error) {
	p = p[:min(len(p), maxIO)]
	for {
		if poll, err := c.source.Begin(driver.Writing, cx.Task()); poll == driver.Pending || err != nil {
			return 0, poll, err
		}
		n, err := syscall.SendmsgN(c.source.FD(), p, rights, nil, sendFlags)
		switch {
		case err == nil && n == len(p):
			c.source.End(driver.Writing, poller.More)
			return n, driver.Ready, nil
		case err == nil:
			c.source.End(driver.Writing, poller.Short)
			return n, driver.Ready, nil
		case err == syscall.EAGAIN:
			c.source.End(driver.Writing, poller.Drained)
		case err == syscall.EINTR:
			c.source.End(driver.Writing, poller.More)
		case err == syscall.EPIPE:
			return c.endBroken(cx)
		default:
			return 0, driver.Ready, c.endFailed(driver.Writing, errnoOf(err))
		}
	}
}

func (c *conn) ReadFiles(cx *sched.Context, p []byte) (int, []*os.File, driver.Poll, error) {
	if c.remote.network < firstUnix {
		return 0, nil, driver.Ready, errOnlyUnix
	}
	if len(p) == 0 {
		return 0, nil, driver.Ready, c.checkOpen()
	}
	for {
		if poll, err := c.source.Begin(driver.Reading, cx.Task()); poll == driver.Pending || err != nil {
			return 0, nil, poll, err
		}
		oob := make([]byte, roomForFiles)
		n, oobn, flags, _, err := syscall.Recvmsg(c.source.FD(), p, oob, syscall.MSG_CMSG_CLOEXEC|recvFlags)
		switch {
		case err == nil && (n > 0 || oobn > 0 || c.remote.network == unixPacket && !hasEnded(c.source.FD())):
			files, err := filesOf(oob[:oobn], flags)
			if err != nil {
				err = c.opError("read", err)
			}
			c.source.End(driver.Reading, poller.More) // a message with files ends a read early
			return n, files, driver.Ready, err
		case err == nil:
			n, poll, err := c.endRead(cx)
			return n, nil, poll, err
		case err == syscall.EAGAIN:
			c.source.End(driver.Reading, poller.Drained)
		case err == syscall.EINTR:
			c.source.End(driver.Reading, poller.More)
		case c.defersError(errnoOf(err)): // and reads on
		default:
			return 0, nil, driver.Ready, c.endFailed(driver.Reading, errnoOf(err))
		}
	}
}
