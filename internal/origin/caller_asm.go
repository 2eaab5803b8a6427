//go:build amd64 || arm64

package origin

// returnAddress returns the return address of the function that has called Caller.
func returnAddress() uintptr
