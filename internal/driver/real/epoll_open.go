//go:build linux && !portable

package real

import (
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// openSocket makes a socket that does not block and is not inherited by other programs.
func openSocket(family, kind, proto int) (fd int, err error) {
	err = driver.WithDescriptors(func() error {
		fd, err = syscall.Socket(family, kind|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, proto)
		return err
	})
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	return fd, nil
}
