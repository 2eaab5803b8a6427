//go:build !linux || portable

package real

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

const (
	// maxBuffer bounds what one operation reads or writes.
	maxBuffer = 64 << 10
	// linger is how long a closed connection may go on writing what it has taken.
	linger = time.Second
)

// portableConn is a connection of package net. A read that finds nothing starts a
// goroutine that reads into a buffer, which the next read empties and lets go of.
// A write takes a copy, says that it is written, and starts a goroutine that writes
// it; until that has ended the next write is pending. So what was taken is on its
// way even if the writer gives up waiting, and Close leaves it a moment to get out,
// as the kernel does with its own buffer.
//
//	       idle            busy                        done
//	read   no goroutine    a goroutine reads           data or readErr is there
//	write  no goroutine    a goroutine writes          writeErr may be there
//
// mu guards what follows it. A goroutine that has ended its operation looks at
// closed under mu, and is then the last to use inner.
type portableConn struct {
	driver *portableDriver
	remote net.Addr
	cancel context.CancelFunc // ends the connecting; nil for an accepted connection

	mu         sync.Mutex
	inner      net.Conn // nil: not connected
	dialErr    error
	data       []byte // read, and not yet asked for
	readErr    error
	writeErr   error
	reader     *sched.Task
	writer     *sched.Task // waits to write, or for the connection
	reading    bool
	writing    bool
	closeWrite bool // to be done when the write has ended
	closed     bool
}

// connect is the operation that Dial starts.
func (c *portableConn) connect(ctx context.Context, network string) {
	inner, err := new(net.Dialer).DialContext(ctx, network, c.remote.String())
	c.cancel()
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		if err == nil {
			inner.Close()
		}
		return
	}
	if err == nil {
		c.inner = inner
	}
	c.dialErr = err
	reader, writer := c.takeWaiters()
	c.mu.Unlock()
	c.driver.completed(reader)
	c.driver.completed(writer)
}

// takeWaiters returns who waits, and forgets them. mu is held.
func (c *portableConn) takeWaiters() (reader, writer *sched.Task) {
	reader, writer = c.reader, c.writer
	c.reader, c.writer = nil, nil
	return reader, writer
}

func (c *portableConn) Connect(cx *sched.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return net.ErrClosed
	case c.dialErr != nil:
		return c.dialErr
	case c.inner == nil:
		c.writer = cx.Task()
		return driver.ErrPending
	}
	return nil
}

func (c *portableConn) Read(cx *sched.Context, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return 0, net.ErrClosed
	case len(c.data) > 0:
		n := copy(p, c.data)
		if c.data = c.data[n:]; len(c.data) == 0 {
			c.data = nil
		}
		return n, nil
	case c.readErr != nil:
		err := c.readErr
		c.readErr = nil // asking again gives an answer again
		return 0, err
	}
	c.reader = cx.Task()
	if c.inner != nil && !c.reading {
		size := min(len(p), maxBuffer)
		if !c.driver.start(func() { c.read(size) }) {
			return 0, net.ErrClosed
		}
		c.reading = true
	}
	return 0, driver.ErrPending
}

func (c *portableConn) read(size int) {
	p := make([]byte, size)
	n, err := c.inner.Read(p)
	c.mu.Lock()
	c.reading = false
	if !c.closed {
		c.data, c.readErr = p[:n], err
	}
	t := c.reader
	c.reader = nil
	c.mu.Unlock()
	c.driver.completed(t)
}

func (c *portableConn) Write(cx *sched.Context, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return 0, net.ErrClosed
	case c.writing || c.inner == nil:
		c.writer = cx.Task()
		return 0, driver.ErrPending
	case c.writeErr != nil:
		err := c.writeErr
		c.writeErr = nil
		return 0, err
	}
	taken := bytes.Clone(p[:min(len(p), maxBuffer)])
	if !c.driver.start(func() { c.write(taken) }) {
		return 0, net.ErrClosed
	}
	c.writing = true
	return len(taken), nil
}

func (c *portableConn) write(p []byte) {
	_, err := c.inner.Write(p)
	c.mu.Lock()
	c.writing = false
	c.writeErr = err
	closed, half := c.closed, c.closeWrite
	t := c.writer
	c.writer = nil
	c.mu.Unlock()
	if closed {
		c.inner.Close()
		return
	}
	if half {
		shutWrite(c.inner)
	}
	c.driver.completed(t)
}

func (c *portableConn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed || c.inner == nil:
		return net.ErrClosed
	case c.writing:
		c.closeWrite = true
		return nil
	}
	return shutWrite(c.inner)
}

func shutWrite(c net.Conn) error {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

func (c *portableConn) Forget(t *sched.Task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reader == t {
		c.reader = nil
	}
	if c.writer == t {
		c.writer = nil
	}
}

func (c *portableConn) LocalAddr() net.Addr {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inner == nil {
		return &net.TCPAddr{}
	}
	return c.inner.LocalAddr()
}

func (c *portableConn) RemoteAddr() net.Addr { return c.remote }

func (c *portableConn) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	c.data = nil
	reader, writer := c.takeWaiters()
	inner, writing := c.inner, c.writing
	c.mu.Unlock()
	c.driver.remove(c)
	if c.cancel != nil {
		c.cancel()
	}
	var err error
	switch {
	case inner == nil:
	case writing: // the goroutine that writes closes it
		inner.SetReadDeadline(time.Unix(1, 0))
		inner.SetWriteDeadline(time.Now().Add(linger))
	default:
		err = inner.Close()
	}
	if reader != nil {
		reader.Wake()
	}
	if writer != nil {
		writer.Wake()
	}
	return err
}
