package driver

import (
	"os"

	"github.com/edo-go/edo/internal/sched"
)

// A Filer is a [Driver] that takes sockets over from files, which other programs may have made.
// The simulated driver is none. The file stays the caller's: the driver has a duplicate.
type Filer interface {
	ConnFromFile(f *os.File) (Conn, error)
	ListenerFromFile(f *os.File) (Listener, error)
	PacketConnFromFile(f *os.File) (PacketConn, error)
}

// HasFile is a [Conn], a [Listener] or a [PacketConn] of which other programs can have a duplicate.
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

// MostFiles is how many files a write can pass: the limit of Linux.
const MostFiles = 253

// PassesFiles is a [Conn] over which files may be passed: a Unix socket.
type PassesFiles interface {
	// WriteFiles is Write, which passes the files with the first byte of p. p is not empty. With
	// an error, and while it is Pending, none was passed.
	WriteFiles(cx *sched.Context, p []byte, files []*os.File) (int, Poll, error)

	// ReadFiles is Read, with the files that were passed with these bytes. An error may come with
	// bytes: they are read, and their files are lost.
	ReadFiles(cx *sched.Context, p []byte) (int, []*os.File, Poll, error)
}

// SendsFiles is a [Conn] that can send from a file without a copy through the memory of the
// program.
type SendsFiles interface {
	// SendFile writes up to n bytes of f, from offset on, as Write does, and leaves the offset of
	// f alone. 0 is the end of f. The error matches errors.ErrUnsupported, and nothing was
	// written, when f is no file to send from.
	SendFile(cx *sched.Context, f *os.File, offset, n int64) (int64, Poll, error)
}
