//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package real

import (
	"errors"
	"syscall"
)

// share fails on systems where a port cannot be shared, or any process may take it over.
func share(_, _ string, _ syscall.RawConn) error { return errors.ErrUnsupported }
