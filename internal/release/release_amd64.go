//go:build !race

package release

// Store32 stores v.
//
//go:noescape
func Store32(p *uint32, v uint32)

// StoreUintptr stores v.
//
//go:noescape
func StoreUintptr(p *uintptr, v uintptr)

// Relax tells the processor that the caller spins.
func Relax()
