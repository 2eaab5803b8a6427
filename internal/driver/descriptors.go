package driver

import (
	"errors"
	"syscall"
)

// WithDescriptors calls open, which needs descriptors. When the process, or the system, has none
// left, it gives back those that are only kept for later, and calls open again.
func WithDescriptors(open func() error) error {
	for {
		err := open()
		if !ReleasesFor(err) {
			return err
		}
	}
}

// ReleasesFor reports whether err says that there was no descriptor, and some were given back now:
// then the call may be made again.
func ReleasesFor(err error) bool {
	return (errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)) && releaseDescriptors()
}
