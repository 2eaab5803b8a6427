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
// One of the three is set.
type Activated struct {
	Name     string    // FileDescriptorName= of the unit; by default that of the unit
	Listener *Listener // a listener, TCP or Unix
	Conn     *Conn     // a connection: Accept=yes
	File     *os.File  // any other descriptor
}

// Close closes what is set.
func (a Activated) Close() error {
	switch {
	case a.Listener != nil:
		return a.Listener.Close()
	case a.Conn != nil:
		return a.Conn.Close()
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
		a := Activated{Name: names[i]}
		if l, failed := ListenerFromFile(s, f); failed == nil {
			a.Listener = l
		} else if c, failed := ConnFromFile(s, f); failed == nil {
			a.Conn = c
		} else {
			a.File = f
		}
		if a.File == nil {
			f.Close()
		}
		sockets = append(sockets, a)
	}
	return sockets, nil
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
