//go:build linux && !portable

package real

import (
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/poller"
	"github.com/edo-go/edo/internal/sched"
)

var _ driver.Splices = (*conn)(nil)

var errNoSplice = driver.Unsupported("it is no connection to splice with")

func (c *conn) ReadToPipe(cx *sched.Context, p *driver.Pipe) (int, driver.Poll, error) {
	if c.remote.network == unixPacket {
		return 0, driver.Ready, errNoSplice
	}
	for {
		if poll, err := c.source.Begin(driver.Reading, cx.Task()); poll == driver.Pending || err != nil {
			return 0, poll, err
		}
		keepNonblocking(c.source.FD())
		n, err := p.Fill(c.source.FD())
		switch {
		case err == nil && n > 0: // the pipe may have been full before the socket was empty
			c.source.End(driver.Reading, poller.More)
			return n, driver.Ready, nil
		case err == nil: // the end, or urgent data, which a splice does not pass: a Read finds out
			c.source.End(driver.Reading, poller.More)
			return 0, driver.Ready, nil
		case err == syscall.EAGAIN:
			c.source.End(driver.Reading, poller.Drained)
		case err == syscall.EINTR:
			c.source.End(driver.Reading, poller.More)
		case cannotSplice(err):
			c.source.End(driver.Reading, poller.More)
			return 0, driver.Ready, errNoSplice
		default:
			return 0, driver.Ready, c.endFailed(driver.Reading, errnoOf(err))
		}
	}
}

func (c *conn) WriteFromPipe(cx *sched.Context, p *driver.Pipe) (int, driver.Poll, error) {
	if c.remote.network == unixPacket {
		return 0, driver.Ready, errNoSplice
	}
	for {
		if poll, err := c.source.Begin(driver.Writing, cx.Task()); poll == driver.Pending || err != nil {
			return 0, poll, err
		}
		keepNonblocking(c.source.FD())
		n, err := p.Drain(c.source.FD())
		switch {
		case err == nil && n > 0:
			c.source.End(driver.Writing, poller.More)
			return n, driver.Ready, nil
		case err == syscall.EAGAIN || err == nil:
			c.source.End(driver.Writing, poller.Drained)
		case err == syscall.EINTR:
			c.source.End(driver.Writing, poller.More)
		case err == syscall.EPIPE:
			return c.endBroken(cx)
		case cannotSplice(err):
			c.source.End(driver.Writing, poller.More)
			return 0, driver.Ready, errNoSplice
		default:
			return 0, driver.Ready, c.endFailed(driver.Writing, errnoOf(err))
		}
	}
}

// cannotSplice reports whether err says that the kernel does not splice with the socket. What
// reads or writes instead gets its error, if it has one.
func cannotSplice(err error) bool {
	return err == syscall.EINVAL || err == syscall.ENOSYS || err == syscall.EOPNOTSUPP
}
