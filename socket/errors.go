package socket

import (
	"errors"
	"net"

	"github.com/edo-go/edo"
)

// errClosed is what operations on a closed connection or listener return. It
// matches net.ErrClosed and edo.ErrClosed.
var errClosed error = closedError{}

type closedError struct{}

func (closedError) Error() string        { return "socket: use of closed network connection" }
func (closedError) Is(target error) bool { return target == net.ErrClosed || target == edo.ErrClosed }

// own turns the driver's net.ErrClosed into the package's.
func own(err error) error {
	if err != nil && errors.Is(err, net.ErrClosed) {
		return errClosed
	}
	return err
}
