//go:build !unix

package real

import "errors"

// writesBlock says that no system call on a socket of package net can be had that does
// not wait.
const writesBlock = true

func writeNow(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }

func errorNow(uintptr) error { return nil }
