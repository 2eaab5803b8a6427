package real

import (
	"errors"
	"net"

	"github.com/edo-go/edo/internal/driver"
)

var errOnlyUDP = driver.Unsupported("this option is for UDP")

var (
	errNoReceiver = errors.New("a datagram without an address, from a socket that is not connected")
	errConnected  = net.ErrWriteToConnected
)

// checkReceiver returns an error unless a datagram goes to an address from a socket that is
// not connected, or to none from one that is.
func checkReceiver(remote net.Addr, to driver.Peer) error {
	switch isTo := to != (driver.Peer{}); {
	case !isTo && remote == nil:
		return errNoReceiver
	case isTo && remote != nil:
		return errConnected
	}
	return nil
}
