//go:build !unix

package socket

// closeOnExec does nothing: handles are not inherited unless they are named.
func closeOnExec(int) {}
