package socket

import (
	"errors"
	"io"
	"net"
	"os"

	"github.com/edo-go/edo"
)

// errClosed is the error of operations on a closed connection or listener. It matches
// net.ErrClosed and edo.ErrClosed.
var errClosed error = closedError{}

type closedError struct{}

func (closedError) Error() string        { return "use of closed network connection" }
func (closedError) Is(target error) bool { return target == net.ErrClosed || target == edo.ErrClosed }

// opError returns err in the form of package net: a net.OpError, as most errors of the
// drivers are already. The end of the stream stays io.EOF.
func opError(op, network string, source, addr net.Addr, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	_, isOp := err.(*net.OpError)
	switch {
	case errors.Is(err, net.ErrClosed):
		err = errClosed
	case isOp:
		return err
	}
	return &net.OpError{Op: op, Net: network, Source: source, Addr: addr, Err: err}
}

// translate returns the error of an operation on c as opError does. It asks for the
// addresses only when it needs them.
func (c *Conn) translate(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if _, ok := err.(*net.OpError); ok && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return opError(op, c.inner.Network(), c.LocalAddr(), c.RemoteAddr(), err)
}

// expired returns the error of an operation whose time is up. After Close it says so: that
// stays true when the limit is moved.
func (c *Conn) expired(d direction) error {
	if c.inner.Closed() {
		return c.translate(operation(d), errClosed)
	}
	return c.translate(operation(d), os.ErrDeadlineExceeded)
}

// translate returns the error of an operation on l as opError does.
func (l *Listener) translate(op string, err error) error {
	return opError(op, l.inner.Network(), nil, l.inner.Addr(), err)
}
