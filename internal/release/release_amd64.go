//go:build !race

package release

import "sync/atomic"

// Store32 stores v.
//
//go:noescape
func Store32(p *uint32, v uint32)

// Store64 stores v.
//
//go:noescape
func Store64(p *atomic.Uint64, v uint64)

// StoreUintptr stores v.
//
//go:noescape
func StoreUintptr(p *uintptr, v uintptr)

// Relax tells the processor that the caller spins.
func Relax()
