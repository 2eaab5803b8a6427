//go:build !linux

package real

// hasConnection is not known here: then an error of accept is believed.
func hasConnection(int) bool { return true }
