package edo

// roster is a set of which everybody knows their own place: adding and removing take
// constant time, and all can be gone through without following pointers from one to
// the next. The order is none. Whoever has a roster guards it, and the places in it.
type roster[E any] struct{ places []*place[E] }

// place is where somebody is in a roster.
type place[E any] struct {
	who E
	at  int // 1 + the index; 0: in no roster
}

// slack is how much room a roster keeps however few are in it.
const slack = 64

func (r *roster[E]) len() int { return len(r.places) }

// add puts p, which is in no roster, into r.
func (r *roster[E]) add(p *place[E]) {
	r.places = append(r.places, p)
	p.at = len(r.places)
}

// remove takes p out, if it is in.
func (r *roster[E]) remove(p *place[E]) {
	if p.at == 0 {
		return
	}
	last := len(r.places) - 1
	moved := r.places[last]
	r.places[p.at-1] = moved
	moved.at = p.at
	p.at = 0
	r.places[last] = nil
	r.places = r.places[:last]
	if n := cap(r.places); n > slack && last <= n/4 { // after a peak the memory goes
		r.places = append(make([]*place[E], 0, n/2), r.places...)
	}
}

// sweep takes out those that isOver says are.
func (r *roster[E]) sweep(isOver func(who E) bool) {
	kept := r.places[:0]
	for _, p := range r.places {
		if isOver(p.who) {
			p.at = 0
			continue
		}
		kept = append(kept, p)
		p.at = len(kept)
	}
	clear(r.places[len(kept):])
	r.places = kept
}

// first returns those in r, but n at the most.
func (r *roster[E]) first(n int) []E {
	all := make([]E, 0, min(n, len(r.places)))
	for _, p := range r.places[:min(n, len(r.places))] {
		all = append(all, p.who)
	}
	return all
}

// all returns everybody in r.
func (r *roster[E]) all() []E { return r.first(len(r.places)) }
