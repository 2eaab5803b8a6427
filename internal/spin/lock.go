package spin

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/release"
)

// Lock is a word that is 1 while it is held. Its zero value is not held.
//
// Why not [sync.Mutex]: its Unlock is a locked instruction, because it asks in the same
// step whether a waiter sleeps. No unlock of this one wakes a waiter, so it only has to
// publish what the lock guards, for which amd64 needs an ordinary store.
type Lock struct{ held uint32 }

// Lock waits until l is free, and takes it.
func (l *Lock) Lock() {
	if invariant.Enabled {
		invariant.Step("spin lock: about to lock")
	}
	if !atomic.CompareAndSwapUint32(&l.held, 0, 1) {
		l.wait()
	}
}

// Unlock lets go of l, which the caller holds.
func (l *Lock) Unlock() { release.Store32(&l.held, 0) }

// wait stands back, longer each time, while the holder takes the lock several times more,
// most likely: to pass it from one processor to another with each message costs both more
// than the messages do. Then it lets other goroutines run, for the holder may have been
// preempted; then it sleeps, for the thread of the holder may have been.
func (l *Lock) wait() {
	const shortest, longest, yields = 4, 32, 20
	for n, pause := 1, shortest; ; {
		for range pause {
			release.Relax()
		}
		if invariant.Enabled {
			invariant.Step("spin: the lock is held")
		}
		if atomic.LoadUint32(&l.held) == 0 && atomic.CompareAndSwapUint32(&l.held, 0, 1) {
			return
		}
		if pause < longest {
			pause *= 2
			continue
		}
		if n++; n < yields {
			runtime.Gosched()
		} else {
			time.Sleep(20 * time.Microsecond)
		}
	}
}
