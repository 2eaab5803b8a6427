package socket

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/edo-go/edo"
)

// Activated is a socket that systemd, or another supervisor, has opened for this process.
// One of the four is set.
type Activated struct {
	Name       string      // FileDescriptorName= of the unit; by default that of the unit
	Listener   *Listener   // a listener, TCP or Unix
	Conn       *Conn       // a connection: Accept=yes
	PacketConn *PacketConn // a socket for datagrams: ListenDatagram=
	File       *os.File    // any other descriptor
}

// Close closes what is set.
func (a Activated) Close() error {
	switch {
	case a.Listener != nil:
		return a.Listener.Close()
	case a.Conn != nil:
		return a.Conn.Close()
	case a.PacketConn != nil:
		return a.PacketConn.Close()
	case a.File != nil:
		return a.File.Close()
	}
	return nil
}

// FromSupervisor returns the sockets that were passed to this process as systemd passes them,
// in the order of the unit: LISTEN_PID and LISTEN_FDS in the environment, and the names
// in LISTEN_FDNAMES. Without them, or when they are for another process, there are none.
// The variables are removed, so that neither a second call nor a child process takes
// the same sockets.
//
// It needs a free descriptor. When the process lacks one, or another resource, the error says
// so and all that was passed is closed: the supervisor still has its own.
//
//edo:nowait
func FromSupervisor(s edo.Spawner) ([]Activated, error) {
	if _, err := filer(s); err != nil {
		return nil, opError("file", "file", nil, nil, err)
	}
	files, names, err := passedFiles()
	if err != nil {
		return nil, opError("file", "file", nil, nil, err)
	}
	var sockets []Activated
	for i, f := range files {
		a, err := activate(s, f, names[i])
		if err != nil {
			for _, a := range sockets {
				a.Close()
			}
			for _, f := range files[i:] {
				f.Close()
			}
			return nil, err
		}
		sockets = append(sockets, a)
	}
	return sockets, nil
}

// activate makes of f what it is. After an error f is still open.
func activate(s edo.Spawner, f *os.File, name string) (Activated, error) {
	l, err := ListenerFromFile(s, f)
	if err == nil {
		f.Close()
		return Activated{Name: name, Listener: l}, nil
	}
	if isExhausted(err) {
		return Activated{}, err
	}
	c, err := ConnFromFile(s, f)
	if err == nil {
		f.Close()
		return Activated{Name: name, Conn: c}, nil
	}
	if isExhausted(err) {
		return Activated{}, err
	}
	p, err := PacketConnFromFile(s, f)
	if err == nil {
		f.Close()
		return Activated{Name: name, PacketConn: p}, nil
	}
	if isExhausted(err) {
		return Activated{}, err
	}
	return Activated{Name: name, File: f}, nil
}

const firstPassed = 3 // SD_LISTEN_FDS_START

// passedFiles returns the files that were passed to this process, and their names.
func passedFiles() (files []*os.File, names []string, err error) {
	pid, n := os.Getenv("LISTEN_PID"), os.Getenv("LISTEN_FDS")
	fdnames := os.Getenv("LISTEN_FDNAMES")
	if pid == "" && n == "" {
		return nil, nil, nil
	}
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		os.Unsetenv(name)
	}
	if pid != strconv.Itoa(os.Getpid()) {
		return nil, nil, nil
	}
	count, err := strconv.ParseUint(n, 10, 16)
	if err != nil {
		return nil, nil, &net.ParseError{Type: "LISTEN_FDS", Text: n}
	}
	named := strings.Split(fdnames, ":")
	for i := range int(count) {
		name := fmt.Sprintf("LISTEN_FD_%d", firstPassed+i)
		if i < len(named) && named[i] != "" {
			name = named[i]
		}
		closeOnExec(firstPassed + i)
		files = append(files, os.NewFile(uintptr(firstPassed+i), name))
		names = append(names, name)
	}
	return files, names, nil
}
