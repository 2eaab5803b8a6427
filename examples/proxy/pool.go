package main

import (
	"errors"
	"slices"
	"sync"
)

// A pool chooses backends: the one with the fewest connections among those that answer.
// Backends with equally many take turns.
type pool struct {
	backends []*backend

	mu   sync.Mutex // guards the following, and the fields of the backends
	next int        // where the next choice begins
}

// A backend is a server that connections are passed on to.
type backend struct {
	addr string
	err  error // of the latest check; nil: it answers
	open int   // connections
	all  int   // choices, since the beginning
}

// newPool returns a pool of backends that answer, until a check finds out that they do not.
func newPool(addrs []string) *pool {
	p := &pool{}
	for _, addr := range addrs {
		p.backends = append(p.backends, &backend{addr: addr})
	}
	return p
}

var errNoBackend = errors.New("no backend answers")

// pick chooses a backend that is none of tried, and counts a connection of it, which release
// takes back.
func (p *pool) pick(tried []*backend) (*backend, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var best *backend
	for i := range p.backends {
		b := p.backends[(p.next+i)%len(p.backends)]
		if b.err == nil && !slices.Contains(tried, b) && (best == nil || b.open < best.open) {
			best = b
		}
	}
	if best == nil {
		return nil, errNoBackend
	}
	best.open++
	best.all++
	p.next++
	return best, nil
}

func (p *pool) release(b *backend) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b.open--
}

// set sets the result of a check, and reports whether it is another than before: an error in
// the place of none, or none in the place of one.
func (p *pool) set(b *backend, err error) (hasChanged bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	hasChanged = (b.err == nil) != (err == nil)
	b.err = err
	return hasChanged
}
