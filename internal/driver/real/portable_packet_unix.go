//go:build (portable && linux) || (unix && !linux)

package real

import (
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// sendNow makes one system call that does not wait.
func (c *portablePacketConn) sendNow(p []byte, to driver.Peer) error {
	raw, err := c.inner.SyscallConn()
	if err != nil {
		return err
	}
	var at syscall.Sockaddr
	switch {
	case to == driver.Peer{}:
	case driver.IsUnix(c.network):
		at = &syscall.SockaddrUnix{Name: to.Path}
	default:
		at = sockaddr(to.AddrPort.Addr().Unmap(), to.AddrPort.Port(), c.v6)
	}
	failed := raw.Control(func(fd uintptr) {
		for {
			if _, err = syscall.SendmsgN(int(fd), p, nil, at, noWait); err != syscall.EINTR {
				return
			}
		}
	})
	if failed != nil {
		return failed
	}
	return err
}
