package socket

import (
	"errors"
	"io"
	"net"
	"os"

	"github.com/edo-go/edo"
)

// errClosed is why operations on a closed connection or listener fail. It matches
// net.ErrClosed and edo.ErrClosed.
var errClosed error = closedError{}

type closedError struct{}

func (closedError) Error() string        { return "use of closed network connection" }
func (closedError) Is(target error) bool { return target == net.ErrClosed || target == edo.ErrClosed }

// opError returns err as package net says it: a net.OpError, which the drivers' errors are
// most of the time. The end of what is read stays io.EOF.
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

// fail returns the error of an operation on c.
func (c *Conn) fail(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if _, ok := err.(*net.OpError); ok && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return opError(op, c.inner.Network(), c.LocalAddr(), c.RemoteAddr(), err)
}

// expired returns the error of an operation whose time is up. That the connection was
// closed says more, and stays true when the limit is moved.
func (c *Conn) expired(d direction) error {
	if c.inner.Closed() {
		return c.fail(operation(d), errClosed)
	}
	return c.fail(operation(d), os.ErrDeadlineExceeded)
}

// fail returns the error of an operation on l.
func (l *Listener) fail(op string, err error) error {
	return opError(op, l.inner.Network(), nil, l.inner.Addr(), err)
}
