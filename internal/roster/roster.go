// Package roster has a set in which each member keeps its own place: adding and removing take
// constant time and no map, and a loop over the members follows no list of pointers. Rosters
// hold the members of a scope, the running tasks of a join set, and the tasks, waits and
// children of a cancellation token.
//
// When not to use it: members that wait in order belong to package waiters.
package roster

// Roster is a set of members, without an order. The owner of the roster guards it, and the
// places in it. The zero value is empty.
type Roster[E any] struct{ places []*Place[E] }

// Place is the place of a member. It is a field of an object of the member, so adding it to a
// roster does not allocate an object.
type Place[E any] struct {
	Member E
	index  int // 1 + the index in the roster; 0: in none
}

// Slack is the capacity that a roster keeps, however few members it has.
const Slack = 64

// In reports whether p is in a roster.
func (p *Place[E]) In() bool { return p.index != 0 }

// Len returns how many members there are.
func (r *Roster[E]) Len() int { return len(r.places) }

// Add puts p, which is in no roster, into r.
func (r *Roster[E]) Add(p *Place[E]) {
	r.places = append(r.places, p)
	p.index = len(r.places)
}

// Remove removes p from r, if it is in r.
func (r *Roster[E]) Remove(p *Place[E]) {
	if p.index == 0 {
		return
	}
	last := len(r.places) - 1
	moved := r.places[last]
	r.places[p.index-1] = moved
	moved.index = p.index
	p.index = 0
	r.places[last] = nil
	r.places = r.places[:last]
	if n := cap(r.places); n > Slack && last <= n/4 { // after a peak the memory is freed
		r.places = append(make([]*Place[E], 0, n/2), r.places...)
	}
}

// RemoveIf removes the members for which mustGo returns true.
func (r *Roster[E]) RemoveIf(mustGo func(member E) bool) {
	kept := r.places[:0]
	for _, p := range r.places {
		if mustGo(p.Member) {
			p.index = 0
			continue
		}
		kept = append(kept, p)
		p.index = len(kept)
	}
	clear(r.places[len(kept):])
	r.places = kept
}

// First returns n members, or all if there are fewer.
func (r *Roster[E]) First(n int) []E {
	some := make([]E, 0, min(n, len(r.places)))
	for _, p := range r.places[:min(n, len(r.places))] {
		some = append(some, p.Member)
	}
	return some
}

// All returns the members.
func (r *Roster[E]) All() []E { return r.First(len(r.places)) }

// Clear empties r and returns the places that were in it. In still reports true for them:
// their owner does not add them again.
func (r *Roster[E]) Clear() []*Place[E] {
	places := r.places
	r.places = nil
	return places
}
