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

// StoreMark stores v, a mark by which a goroutine later knows what it has stored itself. Another
// goroutine may load it, and learns nothing but that it is not its own. So the order is free, and the
// store is the ordinary one.
func StoreMark(p *uintptr, v uintptr) { *p = v }

// Relax tells the processor that the caller spins.
func Relax()
