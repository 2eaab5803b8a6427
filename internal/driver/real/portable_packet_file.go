//go:build !linux || portable

package real

import (
	"fmt"
	"net"
	"os"

	"github.com/edo-go/edo/internal/driver"
)

func (d *portableDriver) PacketConnFromFile(f *os.File) (driver.PacketConn, error) {
	found, err := net.FilePacketConn(f)
	if err != nil {
		return nil, err
	}
	inner, ok := found.(packets)
	network := found.LocalAddr().Network()
	if !ok || driver.CheckPacketNetwork(network) != nil {
		found.Close()
		return nil, &net.OpError{Op: "file", Net: "file", Err: errOtherFile}
	}
	c := &portablePacketConn{driver: d, network: network, inner: inner, local: inner.LocalAddr(), remote: inner.RemoteAddr()}
	var opts []driver.Option
	if !driver.IsUnix(network) { // as for every other one
		opts = append(opts, driver.Broadcast(true))
	}
	return c.open("file", c.local, opts)
}

func (c *portablePacketConn) File() (*os.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, net.ErrClosed
	}
	return fileOf(c.inner, fmt.Sprintf("%s:%v", c.network, c.local))
}
