//go:build !amd64 && !arm64

package gid

// Number returns the number of a goroutine, which stacks name it by: it is its identity here.
func Number(id uintptr) uint64 { return uint64(id) }
