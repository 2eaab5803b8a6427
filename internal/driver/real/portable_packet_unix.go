//go:build (portable && linux) || (unix && !linux)

package real

import (
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// receivesBlock says that a call that receives may wait.
const receivesBlock = false

// receiveNow makes one system call that does not wait.
func (c *portablePacketConn) receiveNow(m *driver.Message) error {
	raw, err := c.inner.SyscallConn()
	if err != nil {
		return err
	}
	var n, flags int
	var at syscall.Sockaddr
	failed := raw.Control(func(fd uintptr) {
		for {
			if n, _, flags, at, err = syscall.Recvmsg(int(fd), m.Buffer, nil, noWait); err != syscall.EINTR {
				return
			}
		}
	})
	if failed != nil {
		err = failed
	}
	if err == nil {
		m.Receive(n, c.sender(peerOf(at), nil))
		m.Cut = flags&syscall.MSG_TRUNC != 0
	}
	return err
}

// waitReadable waits until there is something to read, also an empty packet or the end. The error
// may be the socket's, which is not reported again.
func waitReadable(c syscall.Conn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var found error
	failed := raw.Read(func(fd uintptr) (isOver bool) {
		var p [1]byte
		_, _, found = syscall.Recvfrom(int(fd), p[:], syscall.MSG_PEEK|noWait)
		return found != syscall.EAGAIN && found != syscall.EINTR
	})
	if failed != nil {
		return failed
	}
	return found
}

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
