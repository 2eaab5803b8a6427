//go:build !linux || portable

package real

import (
	"bytes"
	"errors"
	"net"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// portableWrites is how a connection writes. There are two ways.
//
// Where a system call can be made that does not wait (the Unix systems), Write makes it.
// When there is no room, a goroutine waits for some in Go's own poller. It may learn of
// room only from what happens after it has begun, so the writers are woken once when it
// has, and try again.
//
// Elsewhere a goroutine writes a copy, and Write waits until it has ended: what it tells
// is what the system has taken. A Write that gave up has told of nothing, but its bytes
// may have gone. They are counted to the next Write when it begins with them, as that of
// a caller does who goes on where it was.
type portableWrites struct {
	waiting bool // a goroutine waits for room
	writing bool // a goroutine writes
	follows bool // a write waits for what the read under way is told

	taken []byte // written, and not told yet
	err   error  // comes after it
}

func (c *portableConn) Write(cx *sched.Context, p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return 0, net.ErrClosed
	case len(p) == 0:
		return 0, nil
	case c.inner == nil:
		c.writers.Add(cx.Task())
		return 0, driver.ErrPending
	case c.driver.writesBlock:
		return c.writeByGoroutine(cx, p)
	}
	n, err := c.tryWrite(p)
	if err == nil {
		return n, nil
	}
	errno, _ := err.(syscall.Errno)
	switch {
	case errno == syscall.EAGAIN:
		if !c.out.waiting {
			if !c.driver.start(c.waitForRoom) {
				return 0, net.ErrClosed
			}
			c.out.waiting = true
		}
	case errno == syscall.EPIPE && c.failure != nil:
		return 0, c.tell("write", c.failure)
	case errno == syscall.EPIPE && c.reading && !c.half: // the read is told why
		c.out.follows = true
	case errno != 0:
		err = c.tell("write", errno)
		c.keep(err)
		return 0, err
	default:
		return 0, err
	}
	c.writers.Add(cx.Task())
	return 0, driver.ErrPending
}

// tryWrite makes one system call that does not wait. mu is held.
func (c *portableConn) tryWrite(p []byte) (n int, err error) {
	raw, err := c.inner.(syscall.Conn).SyscallConn()
	if err != nil {
		return 0, err
	}
	failed := raw.Control(func(fd uintptr) { n, err = writeNow(fd, p) })
	if failed != nil {
		return 0, failed
	}
	return n, err
}

// untold returns the error that the system has yet to tell, if any. mu is held.
func (c *portableConn) untold() (told error) {
	raw, err := c.inner.(syscall.Conn).SyscallConn()
	if err == nil {
		raw.Control(func(fd uintptr) { told = errorNow(fd) })
	}
	return told
}

// waitForRoom is the goroutine that waits.
func (c *portableConn) waitForRoom() {
	raw, err := c.inner.(syscall.Conn).SyscallConn()
	if err == nil {
		begun := false
		raw.Write(func(uintptr) bool {
			if begun {
				return true
			}
			begun = true
			c.mu.Lock()
			writers := c.writers.Take()
			c.mu.Unlock()
			c.driver.completed(writers)
			return false
		})
	}
	c.mu.Lock()
	c.out.waiting = false
	writers := c.writers.Take()
	c.mu.Unlock()
	c.driver.completed(writers)
}

// writeByGoroutine tells what the last goroutine has written, or starts one. mu is held.
func (c *portableConn) writeByGoroutine(cx *sched.Context, p []byte) (int, error) {
	o := &c.out
	if !o.writing {
		n := min(len(o.taken), len(p))
		if n > 0 && bytes.Equal(o.taken[:n], p[:n]) {
			o.taken = o.taken[n:]
			return n, nil
		}
		o.taken = nil // of a Write that gave up
		if err := o.err; err != nil {
			o.err = nil
			if isErrno(err, syscall.EPIPE) && c.failure != nil {
				err = c.tell("write", c.failure)
			}
			return 0, err
		}
		p := bytes.Clone(p[:min(len(p), maxBuffer)])
		if !c.driver.start(func() { c.writeAll(p) }) {
			return 0, net.ErrClosed
		}
		o.writing = true
	}
	c.writers.Add(cx.Task())
	return 0, driver.ErrPending
}

// writeAll is the goroutine that writes.
func (c *portableConn) writeAll(p []byte) {
	n, err := c.inner.Write(p)
	c.mu.Lock()
	c.out.writing = false
	c.out.taken, c.out.err = p[:n], err
	c.keep(err)
	half := c.half && !c.closed
	writers := c.writers.Take()
	c.mu.Unlock()
	if half {
		shutWrite(c.inner)
	}
	c.driver.completed(writers)
}

// isErrno says whether err is that number.
func isErrno(err error, want syscall.Errno) bool {
	var errno syscall.Errno
	return errors.As(err, &errno) && errno == want
}
