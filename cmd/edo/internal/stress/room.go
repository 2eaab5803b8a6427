package stress

import "sync/atomic"

// room checks that at most so many are inside at a time. A task enters after it has got
// its permit, and leaves before it gives the permit back: so a room counts too few
// rather than too many.
type room struct {
	ledger *ledger
	name   string
	size   atomic.Int64
	inside atomic.Int64
}

func newRoom(l *ledger, name string, size int) *room {
	r := &room{ledger: l, name: name}
	r.size.Store(int64(size))
	return r
}

func (r *room) enter(n int) {
	if got := r.inside.Add(int64(n)); got > r.size.Load() {
		r.ledger.fault("%s: %d are inside, and there is room for %d", r.name, got, r.size.Load())
	}
}

func (r *room) leave(n int) { r.inside.Add(-int64(n)) }
