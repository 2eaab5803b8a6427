//go:build linux && !portable && (386 || s390x)

package real

import "syscall"

// accept is that of package syscall, where that has no number for the call.
func accept(fd int, network uint8) (int, endpoint, syscall.Errno) {
	n, sa, err := syscall.Accept4(fd, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
	if err != nil {
		return -1, endpoint{}, errnoOf(err)
	}
	return n, endpointOf(sa, network), 0
}
