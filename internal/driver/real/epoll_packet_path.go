//go:build linux && !portable

package real

import (
	"bytes"
	"syscall"
	"unsafe"
)

// Paths of Unix sockets as package syscall writes and reads them, without an allocation. An abstract
// name begins with NUL, and here with @.

const pathOffset = uint32(unsafe.Offsetof(syscall.RawSockaddrUnix{}.Path))

// putPath writes a path as an address, and returns its length.
func putPath(sa *syscall.RawSockaddrUnix, path string) (uint32, syscall.Errno) {
	isAbstract := path[0] == '@' || path[0] == 0
	if len(path) > len(sa.Path) || len(path) == len(sa.Path) && !isAbstract {
		return 0, syscall.EINVAL
	}
	*sa = syscall.RawSockaddrUnix{Family: syscall.AF_UNIX}
	copy(pathBytes(sa), path)
	if isAbstract {
		sa.Path[0] = 0
		return pathOffset + uint32(len(path)), 0
	}
	return pathOffset + uint32(len(path)) + 1, 0
}

// pathIn returns the path in an address of size bytes, which is empty for a socket without a name. It
// is valid as long as the address.
func pathIn(name *syscall.RawSockaddrAny, size uint32) []byte {
	if size <= pathOffset {
		return nil
	}
	sa := (*syscall.RawSockaddrUnix)(unsafe.Pointer(name))
	if sa.Path[0] == 0 {
		sa.Path[0] = '@'
	}
	path := pathBytes(sa)[:min(size-pathOffset, uint32(len(sa.Path)))]
	if end := bytes.IndexByte(path, 0); end >= 0 {
		path = path[:end]
	}
	return path
}

func pathBytes(sa *syscall.RawSockaddrUnix) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(&sa.Path)), len(sa.Path))
}
