//go:build !amd64 || race

package release

import "sync/atomic"

// Store32 stores v.
func Store32(p *uint32, v uint32) { atomic.StoreUint32(p, v) }

// Store64 stores v.
func Store64(p *atomic.Uint64, v uint64) { p.Store(v) }

// StoreUintptr stores v.
func StoreUintptr(p *uintptr, v uintptr) { atomic.StoreUintptr(p, v) }

// StoreMark stores v.
func StoreMark(p *uintptr, v uintptr) { atomic.StoreUintptr(p, v) }

// Relax lets some time pass.
func Relax() {}
