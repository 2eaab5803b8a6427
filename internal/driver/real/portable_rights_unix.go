//go:build (portable && linux) || (unix && !linux)

package real

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// readMessage reads, with the files that are passed.
func readMessage(c net.Conn, p []byte) (n int, of passed, err error) {
	unix, ok := c.(*net.UnixConn)
	if !ok {
		n, err = c.Read(p)
		return n, of, err
	}
	oob := make([]byte, roomForFiles)
	n, oobn, flags, _, err := unix.ReadMsgUnix(p, oob)
	of.files, of.err = filesOf(oob[:max(oobn, 0)], flags)
	if of.err != nil {
		of.err = &net.OpError{Op: "read", Net: c.LocalAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: of.err}
	}
	if errors.Is(err, io.EOF) {
		err = io.EOF // as Read of package net has it
	}
	return max(n, 0), of, err
}

// passFiles makes one system call that does not wait. mu is held.
func (c *portableConn) passFiles(p []byte, files []*os.File) (n int, err error) {
	raw, err := c.inner.(syscall.Conn).SyscallConn()
	if err != nil {
		return 0, err
	}
	failed := withRights(files, func(rights []byte) {
		closed := raw.Control(func(fd uintptr) {
			for {
				if n, err = syscall.SendmsgN(int(fd), p, rights, nil, noWait); err != syscall.EINTR {
					return
				}
			}
		})
		if closed != nil {
			err = closed
		}
	})
	if failed != nil {
		return 0, failed
	}
	return n, err
}
