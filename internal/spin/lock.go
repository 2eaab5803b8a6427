package spin

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/release"
)

// Lock is a word that is 1 while a goroutine holds the lock. The zero Lock is free.
//
// Why not [sync.Mutex]: its Unlock is a locked instruction, because it asks in the same step
// whether a waiter sleeps. The Unlock of this lock wakes no waiter. So it only has to publish
// what the lock guards, for which amd64 needs an ordinary store: that saves a third of the
// price of a message of package mpsc.
type Lock struct{ held uint32 }

// Lock waits until l is free, and takes it.
func (l *Lock) Lock() {
	if invariant.Enabled {
		invariant.Step("about to take a spin lock")
	}
	if !atomic.CompareAndSwapUint32(&l.held, 0, 1) {
		l.lockSlow()
	}
}

// Unlock releases l, which the caller holds.
func (l *Lock) Unlock() { release.Store32(&l.held, 0) }

// lockSlow pauses, longer each time. Meanwhile the holder takes the lock several times more,
// most likely: to pass it from one processor to another with each message costs both more than
// the messages do. Then lockSlow lets other goroutines run, because the holder may be a
// goroutine that was preempted. Then it sleeps, because the thread of the holder may be.
func (l *Lock) lockSlow() {
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
