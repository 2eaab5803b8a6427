//go:build !unix

package real

import (
	"errors"
	"net"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// receivesBlock says that a call that receives may wait: the goroutine makes it.
const receivesBlock = true

func (c *portablePacketConn) receiveNow(*driver.Message) error { return errors.ErrUnsupported }

func waitReadable(syscall.Conn) error { return nil }

// sendNow sends as package net does, which takes no longer than the system needs to copy p.
func (c *portablePacketConn) sendNow(p []byte, to driver.Peer) (err error) {
	inner, ok := c.inner.(*net.UDPConn)
	switch {
	case !ok || to == driver.Peer{}:
		_, err = c.inner.Write(p)
	default:
		_, err = inner.WriteToUDPAddrPort(p, to.AddrPort)
	}
	return err
}

func setPacketOption(int, string, bool, driver.Option) error {
	return driver.Unsupported("this system has the options of package net alone")
}
