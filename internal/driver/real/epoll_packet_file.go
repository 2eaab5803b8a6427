//go:build linux && !portable

package real

import (
	"fmt"
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/poller"
)

func (d *epollDriver) PacketConnFromFile(f *os.File) (driver.PacketConn, error) {
	c := &packetConn{}
	fd, err := takeOverAs(f, c.identify)
	if err != nil {
		return nil, fileError(err)
	}
	if !c.isUnix() { // as for every other one
		err = setInt(fd, syscall.SOL_SOCKET, syscall.SO_BROADCAST, 1)
	}
	if err == nil { // it may have datagrams already, which no edge announces
		err = d.Open(&c.source, fd, poller.Connections, true)
	}
	if err != nil {
		syscall.Close(fd)
		return nil, fileError(err)
	}
	return c, nil
}

// identify gives c the network and the addresses of a socket for datagrams.
func (c *packetConn) identify(fd int) error {
	kind, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TYPE)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	at, err := syscall.Getsockname(fd)
	if err != nil {
		return os.NewSyscallError("getsockname", err)
	}
	protocol, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_PROTOCOL)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	switch at.(type) {
	case *syscall.SockaddrUnix:
		c.network, protocol = driver.UnixGram, syscall.IPPROTO_UDP
	case *syscall.SockaddrInet4:
		c.network = "udp"
	case *syscall.SockaddrInet6:
		c.network, c.v6 = "udp", true
	}
	if c.network == "" || kind != syscall.SOCK_DGRAM || protocol != syscall.IPPROTO_UDP {
		return errOtherFile
	}
	c.local = peerOf(at).Net(c.network)
	if peer, err := syscall.Getpeername(fd); err == nil {
		c.remote = peerOf(peer).Net(c.network)
	}
	return nil
}

func (c *packetConn) File() (*os.File, error) {
	return fileOf(&c.source, fmt.Sprintf("%s:%v", c.network, c.local))
}
