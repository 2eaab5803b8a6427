//go:build !unix

package real

import "errors"

// writesBlock says that every system call that writes a socket of package net may wait.
const writesBlock = true

func writeNow(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }

func errorNow(uintptr) error { return nil }
