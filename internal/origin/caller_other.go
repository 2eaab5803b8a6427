//go:build !amd64 && !arm64

package origin

// returnAddress returns 0: frames have no frame pointers.
func returnAddress() uintptr { return 0 }
