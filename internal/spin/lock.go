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
// step whether a waiter sleeps. Unlock of this lock wakes no waiter: it only publishes the
// guarded data, for which an ordinary store is enough on amd64.
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

// Unlock releases l, which the caller holds.
func (l *Lock) Unlock() { release.Store32(&l.held, 0) }

// wait waits until l is free, and takes it. It takes three steps:
//
//  1. It spins, longer each time. The holder most likely takes the lock several times
//     more meanwhile: if the lock went from one processor to the other with each message,
//     that would cost more than the messages do.
//  2. It lets other goroutines run, because the goroutine of the holder may have been
//     preempted.
//  3. It sleeps, because the thread of the holder may have been preempted.
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
