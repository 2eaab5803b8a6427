//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package real

import (
	"errors"
	"syscall"
)

// share is of systems that let nobody share, or anybody take, a port.
func share(_, _ string, _ syscall.RawConn) error { return errors.ErrUnsupported }
