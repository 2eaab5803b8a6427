package lease

import "sync"

// A Fence is what a resource keeps, to refuse holders that have lost their lease and do not know it:
// the highest token that it has seen. The zero Fence has seen none. Any number of goroutines may use
// it at the same time. It lives in memory: a resource that outlives the process keeps the highest
// token with its data.
type Fence struct {
	mu      sync.Mutex
	highest uint64
}

// Pass lets the holder with the token do fn, while no other one does. A token below the highest one
// is a [*StaleError], and fn is not called. Otherwise the error is that of fn, which must not wait.
func (f *Fence) Pass(token uint64, fn func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if token < f.highest {
		return &StaleError{Token: token, Highest: f.highest}
	}
	f.highest = token
	return fn()
}
