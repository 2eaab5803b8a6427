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
// When there is no room, a goroutine waits for some in Go's own poller. That poller may
// report only room that comes after the goroutine has begun. So the goroutine wakes the
// writers once when it has begun, and they try again.
//
// Elsewhere a goroutine writes a copy, and Write waits until it has ended: Write reports
// the bytes that the system has taken. A Write that gave up has reported nothing, but some
// of its bytes may have gone. They count for the next Write when that begins with the same
// bytes, as it does when a caller goes on where it was.
type portableWrites struct {
	waiting bool // a goroutine waits for room
	writing bool // a goroutine writes
	follows bool // a write waits for the error that the read under way may get

	taken []byte // written by the goroutine, and not yet reported
	err   error  // to be returned after taken
}

func (c *portableConn) Write(cx *sched.Context, p []byte) (int, driver.Poll, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return 0, driver.Ready, net.ErrClosed
	case len(p) == 0:
		return 0, driver.Ready, nil
	case c.inner == nil:
		return 0, c.pending(cx, driver.Writing), nil
	case c.driver.writesBlock:
		return c.writeByGoroutine(cx, p)
	}
	n, err := c.tryWrite(p)
	if err == nil {
		return n, driver.Ready, nil
	}
	return c.endFailedWrite(cx, err)
}

// endFailedWrite ends a system call of a write that has failed, or has to wait. mu is held.
func (c *portableConn) endFailedWrite(cx *sched.Context, err error) (int, driver.Poll, error) {
	errno, _ := err.(syscall.Errno)
	switch {
	case errno == syscall.EAGAIN:
		if !c.out.waiting {
			if !c.driver.start(c.waitForRoom) {
				return 0, driver.Ready, net.ErrClosed
			}
			c.out.waiting = true
		}
	case errno == syscall.EPIPE && c.failure != nil:
		return 0, driver.Ready, c.failureOf("write", c.failure)
	case errno == syscall.EPIPE && c.reading && !c.half: // the read gets the reason
		c.out.follows = true
	case errno != 0:
		err = c.failureOf("write", errno)
		c.keepError(err)
		return 0, driver.Ready, err
	default:
		return 0, driver.Ready, err
	}
	return 0, c.pending(cx, driver.Writing), nil
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

// pendingError returns the error that the system has not reported yet, if any. mu is held.
func (c *portableConn) pendingError() (pending error) {
	raw, err := c.inner.(syscall.Conn).SyscallConn()
	if err == nil {
		raw.Control(func(fd uintptr) { pending = errorNow(fd) })
	}
	return pending
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
			c.wakeAndUnlock(driver.Writing)
			return false
		})
	}
	c.mu.Lock()
	c.out.waiting = false
	c.wakeAndUnlock(driver.Writing)
}

// writeByGoroutine reports what the last goroutine has written, or starts one. mu is held.
func (c *portableConn) writeByGoroutine(cx *sched.Context, p []byte) (int, driver.Poll, error) {
	o := &c.out
	if !o.writing {
		n := min(len(o.taken), len(p))
		if n > 0 && bytes.Equal(o.taken[:n], p[:n]) {
			o.taken = o.taken[n:]
			return n, driver.Ready, nil
		}
		o.taken = nil // of a Write that gave up
		if err := o.err; err != nil {
			o.err = nil
			if isErrno(err, syscall.EPIPE) && c.failure != nil {
				err = c.failureOf("write", c.failure)
			}
			return 0, driver.Ready, err
		}
		p := bytes.Clone(p[:min(len(p), maxBuffer)])
		if !c.driver.start(func() { c.writeAll(p) }) {
			return 0, driver.Ready, net.ErrClosed
		}
		o.writing = true
	}
	return 0, c.pending(cx, driver.Writing), nil
}

// writeAll is the goroutine that writes.
func (c *portableConn) writeAll(p []byte) {
	n, err := c.inner.Write(p)
	c.mu.Lock()
	c.out.writing = false
	c.out.taken, c.out.err = p[:n], err
	c.keepError(err)
	half := c.half && !c.closed
	writers := c.waiters[driver.Writing].RemoveAll()
	c.mu.Unlock()
	if half {
		shutWrite(c.inner)
	}
	c.driver.wakeAtLook(writers)
}

// isErrno reports whether err is that number.
func isErrno(err error, want syscall.Errno) bool {
	var errno syscall.Errno
	return errors.As(err, &errno) && errno == want
}
