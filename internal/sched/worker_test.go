package sched

import (
	"testing"
	"unsafe"
)

// Fields that different goroutines write often are on different cache lines, and fields
// that are used together are on one.
func TestCacheLinesOfAWorker(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the layout is for 64-bit processors")
	}
	const line = 64
	var w Worker
	remote := unsafe.Offsetof(w.remote)
	if unsafe.Offsetof(w.ring)%line != 0 {
		t.Error("the ring does not begin a cache line")
	}
	if (unsafe.Offsetof(w.timers)+unsafe.Offsetof(w.timers.mu))%line != 0 {
		t.Error("the lock of the timers does not begin a cache line, with the wheel's first fields on it")
	}
	for _, c := range []struct {
		what string
		a, b uintptr
	}{
		{"what each poll writes, and what thieves read", remote + unsafe.Offsetof(w.remote.polled), remote + unsafe.Offsetof(w.remote.grain)},
		{"what each poll reads, and what wakers write", remote + unsafe.Offsetof(w.remote.idle), unsafe.Offsetof(w.inbox)},
		{"what the owner writes, and what thieves read", unsafe.Offsetof(w.core) + unsafe.Offsetof(w.core.nEnded), remote + unsafe.Offsetof(w.remote.grain)},
	} {
		if c.a/line == c.b/line {
			t.Errorf("%s: on one cache line", c.what)
		}
	}
}
