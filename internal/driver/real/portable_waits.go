//go:build !linux || portable

package real

import (
	"sync"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// portableWaits are the tasks that wait for a connection or for a socket for datagrams. mu also
// guards the rest of that.
type portableWaits struct {
	mu      sync.Mutex
	waiters [2]driver.Waiters // by direction
}

func (w *portableWaits) Wait(d driver.Direction, t *sched.Task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiters[d].Add(t)
}

func (w *portableWaits) Waits(d driver.Direction, t *sched.Task) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiters[d].Contains(t)
}

func (w *portableWaits) Forget(d driver.Direction, t *sched.Task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiters[d].Remove(t)
}

func (w *portableWaits) Wake(d driver.Direction) {
	w.mu.Lock()
	woken := w.waiters[d].RemoveAll()
	w.mu.Unlock()
	woken.Wake()
}
