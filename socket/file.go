package socket

import (
	"net"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
)

// ConnFromFile makes a connection of the connected socket in f, TCP or Unix, on the network of
// the runtime that s belongs to. The connection has a duplicate of it: f stays the
// caller's, who closes it. Both stand for one connection, and its end is told when both
// are closed. TCP_NODELAY and keep-alive are set as for every connection, and the socket, for all
// that have it, does not block: on systems without epoll no other process may change that. A simulation has no
// files: the error matches [errors.ErrUnsupported].
//
//edo:nowait
func ConnFromFile(s edo.Spawner, f *os.File) (*Conn, error) {
	d, err := filer(s)
	if err != nil {
		return nil, opError("file", "file", nil, nil, err)
	}
	inner, err := d.ConnFromFile(f)
	if err != nil {
		return nil, opError("file", "file", nil, nil, err)
	}
	return newConn(inner, caller()), nil
}

// ListenerFromFile makes a listener of the socket in f, as [ConnFromFile] makes a connection.
// The file of a Unix socket is not removed when it is closed. The options that it was made with
// do not matter: its connections have those of a Listen without any.
//
//edo:nowait
func ListenerFromFile(s edo.Spawner, f *os.File) (*Listener, error) {
	d, err := filer(s)
	if err != nil {
		return nil, opError("file", "file", nil, nil, err)
	}
	inner, err := d.ListenerFromFile(f)
	if err != nil {
		return nil, opError("file", "file", nil, nil, err)
	}
	return newListener(inner, caller()), nil
}

// PacketConnFromFile makes a socket for datagrams of the one in f, UDP or Unix, as [ConnFromFile]
// makes a connection: connected, or not. The file of a Unix socket is not removed when it is closed.
// One for UDP may send to broadcast addresses, as all others. The two take each other's datagrams:
// each goes to one of them.
//
//edo:nowait
func PacketConnFromFile(s edo.Spawner, f *os.File) (*PacketConn, error) {
	d, err := filer(s)
	if err != nil {
		return nil, opError("file", "file", nil, nil, err)
	}
	inner, err := d.PacketConnFromFile(f)
	if err != nil {
		return nil, opError("file", "file", nil, nil, err)
	}
	return keepPacketConn(inner, caller()), nil
}

var errNoFiles = driver.Unsupported("sockets of a simulation are no files")

func filer(s edo.Spawner) (driver.Filer, error) {
	d, err := inside.Driver(s)
	if err != nil {
		return nil, err
	}
	if f, ok := d.(driver.Filer); ok {
		return f, nil
	}
	return nil, errNoFiles
}

// File returns a file with a duplicate of the socket, to be passed to another program. The
// caller closes it. What the two do to the socket they do to the same connection, and the
// other side sees its end when both are closed.
func (c *Conn) File() (*os.File, error) {
	f, err := file(c.inner)
	return f, c.translate("file", err)
}

// File returns a file with a duplicate of the socket, to be passed to another program: see
// [Conn.File]. When l is closed the port stays in use until the duplicate is closed too,
// and so may the path: then only the file of a Unix socket is removed.
func (l *Listener) File() (*os.File, error) {
	f, err := file(l.inner)
	return f, l.translate("file", err)
}

// File returns a file with a duplicate of the socket, to be passed to another program: see
// [Conn.File]. When c is closed the address stays in use until the duplicate is closed too; the file
// of a Unix socket is removed.
func (c *PacketConn) File() (*os.File, error) {
	f, err := file(c.inner)
	return f, c.translate("file", err)
}

func file(inner closer) (*os.File, error) {
	if f, ok := unlimited(inner).(driver.HasFile); ok {
		return f.File()
	}
	if inner.Closed() {
		return nil, net.ErrClosed
	}
	return nil, errNoFiles
}

// unlimited returns what the driver has made.
func unlimited(inner closer) closer {
	switch w := inner.(type) {
	case *limitedConn:
		return w.Conn
	case *limitedListener:
		return w.Listener
	}
	return inner
}

// Credentials are those of the process at the other end of a Unix socket.
type Credentials = driver.Credentials

// Credentials returns who is at the other end of a Unix socket: the process that connected, as
// it was then, or the one that began to listen. The kernel vouches for it. Linux has it; elsewhere,
// for TCP and in a simulation the error matches [errors.ErrUnsupported].
//
// The process may have ended since, and its number may be another's: decide by user and group.
func (c *Conn) Credentials() (Credentials, error) {
	if h, ok := unlimited(c.inner).(driver.HasCredentials); ok {
		of, err := h.Credentials()
		return of, c.translate("credentials", err)
	}
	return Credentials{}, c.translate("credentials", errNoCredentials)
}

var errNoCredentials = driver.Unsupported("the ends of a simulated connection are one process")
