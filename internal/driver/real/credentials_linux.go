package real

import (
	"os"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

func credentials(fd int) (driver.Credentials, error) {
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		return driver.Credentials{}, os.NewSyscallError("getsockname", err)
	}
	if _, ok := sa.(*syscall.SockaddrUnix); !ok {
		return driver.Credentials{}, errNoCredentials
	}
	c, err := syscall.GetsockoptUcred(fd, syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	if err != nil {
		return driver.Credentials{}, os.NewSyscallError("getsockopt", err)
	}
	return driver.Credentials{PID: c.Pid, UID: c.Uid, GID: c.Gid}, nil
}
