package carried

import "unsafe"

// The runtime keeps these two for packages outside of it: see go.dev/issue/67401.

//go:linkname getLabels runtime/pprof.runtime_getProfLabel
func getLabels() unsafe.Pointer

//go:linkname setLabels runtime/pprof.runtime_setProfLabel
func setLabels(unsafe.Pointer)
