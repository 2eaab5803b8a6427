//go:build !linux

package load

import (
	"errors"
	"io"
)

// Supported is true if this system has the client.
const Supported = false

// Run returns an error: the client needs epoll.
func Run(Order, io.Reader, io.Writer) error {
	return errors.New("the load client needs Linux")
}
