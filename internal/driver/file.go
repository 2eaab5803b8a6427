package driver

import "os"

// A Filer is a [Driver] that takes sockets over from files, which other programs may have made.
// The simulated driver is none. The file stays the caller's: the driver has a duplicate.
type Filer interface {
	ConnFromFile(f *os.File) (Conn, error)
	ListenerFromFile(f *os.File) (Listener, error)
}

// HasFile is a [Conn] or a [Listener] of which other programs can have a duplicate.
type HasFile interface {
	File() (*os.File, error)
}

// Credentials are those of the process at the other end of a Unix socket, at the time when it
// connected, or began to listen.
type Credentials struct {
	PID      int32
	UID, GID uint32
}

// HasCredentials is a [Conn] that may know them.
type HasCredentials interface {
	Credentials() (Credentials, error)
}
