package lower

import "github.com/edo-go/edo/stackless/internal/flow"

// A place is a field of a frame, in which variables of one type lie that never live at the same
// time.
type place struct {
	text    string // the type
	members []*variable
}

// share puts the fields of a frame into places. A variable that the creator of the frame sets, or
// that others write or read at any time, comes first in its place, or is alone.
func (f *function) share(nodes []flow.Node, live []flow.Set, entry []int) {
	conflicts := flow.Conflicts(nodes, live, len(f.all), entry)
	f.places = nil
	for _, params := range []bool{true, false} { // parameters first: they have a place each
		for _, v := range f.all {
			if v.field && v.param == params {
				f.addToPlace(v, conflicts)
			}
		}
	}
}

// addToPlace finds a place for v.
func (f *function) addToPlace(v *variable, conflicts []flow.Set) {
	text := f.storedType(v)
	if !v.param && v.sharesPlace() {
		for _, p := range f.places {
			if p.text == text && p.fits(v, conflicts) {
				p.members = append(p.members, v)
				return
			}
		}
	}
	f.places = append(f.places, &place{text: text, members: []*variable{v}})
}

// sharesPlace reports whether other variables may lie where v does. One that is pinned is read
// when the function ends, one that a coroutine writes may be written at any time.
func (v *variable) sharesPlace() bool { return !v.pinned && !v.must }

func (p *place) fits(v *variable, conflicts []flow.Set) bool {
	for _, w := range p.members {
		if !w.sharesPlace() || conflicts[w.number].Has(v.number) {
			return false
		}
	}
	return true
}

// isAny reports whether a member of the place is in the set.
func (p *place) isAny(s flow.Set) bool {
	for _, v := range p.members {
		if s.Has(v.number) {
			return true
		}
	}
	return false
}
