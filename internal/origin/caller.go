package origin

import (
	"runtime"
	"sync/atomic"
)

// Caller returns the place where the function that calls it was called, as [Here] of 1 does. That function must
// not be inlined (//go:noinline). It takes some 300 ns for the first call from a place, and then some 5 ns.
//
// The return address of a function is the place where it was called, unless that is a wrapper which the compiler has made,
// for a method of an interface. The runtime knows the wrappers, and takes long. So Caller asks it until it has returned
// such an address as the place, and keeps that: a return address has one meaning for as long as the program runs.
//
//go:noinline
func Caller() uintptr {
	at := returnAddress()
	slot := &known[at%uintptr(len(known))]
	if slot.Load() == at && at != 0 {
		return at
	}
	var pcs [1]uintptr
	runtime.Callers(3, pcs[:])
	if pcs[0] == at {
		slot.Store(at)
	}
	return pcs[0]
}

// known are return addresses that are places. Two that share a slot displace each other.
var known [1 << 10]atomic.Uintptr
