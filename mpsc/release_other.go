//go:build !amd64 || race

package mpsc

import "sync/atomic"

// storeRelease stores v, after everything that the caller has read and written
// before.
func storeRelease(p *uint32, v uint32) { atomic.StoreUint32(p, v) }

// relax lets some time pass.
func relax() {}
