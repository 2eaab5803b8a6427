package aio

import "net"

// Detach takes the connection that NetConn was given out of c, which is closed then, and the
// connection is not. It is for a handler of net/http that has hijacked c, and hands the
// connection on to a task: a type assertion finds it. No operation may be under way. After Close
// it fails with [net.ErrClosed].
func (c *netConn) Detach() (Conn, error) {
	if c.closed.Swap(true) {
		return nil, net.ErrClosed
	}
	c.user.leave()
	return c.given, nil
}
