package real

import (
	"net"
	"os"
	"sync"

	"github.com/edo-go/edo/internal/driver"
)

var errOnlyTCP = driver.Unsupported("this option is for TCP")

// isOnlyTCP reports whether a Unix socket has not the option o.
func isOnlyTCP(o driver.Option) bool {
	switch o.(type) {
	case driver.NoDelay, driver.Linger, driver.KeepAlive, driver.UserTimeout, driver.LocalAddr:
		return true
	}
	return false
}

// A socketFile is the file that the Listen of a Unix socket has made. It is removed with the
// listener, unless another file has its path by then. A nil socketFile is none.
type socketFile struct {
	all  *socketFiles
	path string
	made os.FileInfo
}

// socketFiles are the files of the listeners that are open.
type socketFiles struct {
	mu   sync.Mutex
	open map[*socketFile]struct{} // guarded by mu
}

// add returns the file of a listener at addr, or nil if it has none, as abstract names have.
func (s *socketFiles) add(addr net.Addr) *socketFile {
	a, ok := addr.(*net.UnixAddr)
	if !ok || a.Name == "" || a.Name[0] == '@' {
		return nil
	}
	made, err := os.Lstat(a.Name)
	if err != nil {
		return nil
	}
	f := &socketFile{all: s, path: a.Name, made: made}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[*socketFile]struct{}{}
	}
	s.open[f] = struct{}{}
	return f
}

// remove removes the file, the first time.
func (f *socketFile) remove() {
	if f == nil {
		return
	}
	f.all.mu.Lock()
	_, open := f.all.open[f]
	delete(f.all.open, f)
	f.all.mu.Unlock()
	if !open {
		return
	}
	if now, err := os.Lstat(f.path); err == nil && os.SameFile(now, f.made) {
		os.Remove(f.path)
	}
}

var errNoCredentials = driver.Unsupported("credentials are those of Unix sockets on Linux")
