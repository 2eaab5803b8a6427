package mpsc

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/release"
)

// lock guards sections of some ten nanoseconds, which neither wait nor call
// anybody's code. It is a word that is 1 while somebody holds it.
//
// Why not [sync.Mutex]: its Unlock is a locked instruction, because it asks in the
// same step whether somebody sleeps. Nobody ever sleeps long here, so this one only
// has to publish what it guarded, for which amd64 needs an ordinary store. That is
// a third of the price of a message.
type lock struct{ held uint32 }

// Lock waits until nobody else holds l.
func (l *lock) Lock() {
	if invariant.Enabled {
		invariant.Step("mpsc: about to lock")
	}
	if !atomic.CompareAndSwapUint32(&l.held, 0, 1) {
		l.wait()
	}
}

// Unlock lets go of l, which the caller holds.
func (l *lock) Unlock() { release.Store32(&l.held, 0) }

// wait stands back, longer each time, while the holder takes the lock several times
// more, most likely: to pass it from one processor to the other with each message costs
// both more than the messages do. Then it lets other goroutines run, for the holder may
// be one that was preempted; then it sleeps, for the holder's thread may be.
func (l *lock) wait() {
	const shortest, longest, yields = 4, 32, 20
	for n, pause := 1, shortest; ; {
		for range pause {
			release.Relax()
		}
		if invariant.Enabled {
			invariant.Step("spin: mpsc: locked")
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
