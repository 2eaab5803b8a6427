//go:build !linux || portable

package real

import (
	"net"
	"os"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// passed are the files of a message, or why there are none.
type passed struct {
	files []*os.File
	err   error
}

var _ driver.PassesFiles = (*portableConn)(nil)

func (c *portableConn) ReadFiles(cx *sched.Context, p []byte) (int, []*os.File, driver.Poll, error) {
	if !driver.IsUnix(c.network) {
		return 0, nil, driver.Ready, errOnlyUnix
	}
	n, of, poll, err := c.read(cx, p)
	if err == nil {
		err = of.err
	}
	return n, of.files, poll, err
}

func (c *portableConn) WriteFiles(cx *sched.Context, p []byte, files []*os.File) (n int, poll driver.Poll, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !driver.IsUnix(c.network):
		return 0, driver.Ready, errOnlyUnix
	case c.closed:
		return 0, driver.Ready, net.ErrClosed
	case c.inner == nil:
		return 0, c.pending(cx, driver.Writing), nil
	}
	n, err = c.passFiles(p, files)
	if err == nil {
		return n, driver.Ready, nil
	}
	return c.endFailedWrite(cx, err)
}
