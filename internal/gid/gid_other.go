//go:build !amd64 && !arm64

package gid

import "runtime"

// Get returns the identity of the calling goroutine. It is never 0. Without
// assembly for this architecture it reads the number in the head of a stack
// trace ("goroutine 17 [running]:"), which costs about a microsecond.
func Get() uintptr {
	var buf [40]byte
	n := runtime.Stack(buf[:], false)
	var id uintptr
	for _, c := range buf[len("goroutine "):n] {
		if c < '0' || c > '9' {
			break
		}
		id = id*10 + uintptr(c-'0')
	}
	return id
}
