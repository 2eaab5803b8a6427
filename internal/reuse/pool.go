package reuse

import "sync"

// Future is a pointer to an F that can be dropped. Drop gives up an operation
// that has not ended, and does nothing after its end.
type Future[F any] interface {
	*F
	Drop()
}

// Pool keeps futures of type F that no task uses. The zero Pool is empty. Any goroutine
// may use it.
type Pool[F any, P Future[F]] struct{ unused sync.Pool }

// Get returns a future that is zero.
func (p *Pool[F, P]) Get() P {
	if f, ok := p.unused.Get().(P); ok {
		return f
	}
	return new(F)
}

// Put drops f, clears it, and keeps it. The caller does not use f any more.
func (p *Pool[F, P]) Put(f P) {
	f.Drop()
	var zero F
	*f = zero
	p.unused.Put(f)
}
