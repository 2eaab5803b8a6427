package aio

import (
	"sync"

	"github.com/edo-go/edo"
)

// waitAlone makes the task of cx the one waiter in slot, which mu guards, and returns Pending,
// with mu unlocked. If slot has the waker of another task, it first asks that task: an error,
// with mu unlocked, says that it still waits for leaf. Otherwise it returns Ready, with mu
// locked: meanwhile mu was unlocked, so the caller checks its state and then calls waitAlone
// again. displaced tells that call which task was asked.
func waitAlone(cx *edo.Context, mu *sync.Mutex, slot, displaced *edo.Waker, leaf edo.Leaf, use string) (edo.Poll, error) {
	me := cx.Waker()
	if first := *slot; first != me && first != *displaced && !first.IsZero() {
		mu.Unlock() // Sole polls the first task, and that poll locks mu
		if err := cx.Sole(first, leaf, use); err != nil {
			return edo.Ready, err
		}
		*displaced = first
		mu.Lock()
		return edo.Ready, nil
	}
	old := *slot
	*slot = me
	mu.Unlock()
	cx.Displace(old, leaf)
	return edo.Pending, nil
}
