//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package real

import (
	"syscall"

	"github.com/edo-go/edo/internal/driver"
)

// share fails on systems where a port cannot be shared, or any process may take it over.
func share(syscall.RawConn) error { return driver.Unsupported("listeners cannot share a port here") }

// isListening is always true: Accept of a socket that does not listen is an error.
func isListening(uintptr) bool { return true }
