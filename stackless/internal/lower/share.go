package lower

import "github.com/edo-go/edo/stackless/internal/flow"

// A slot is a field of a frame, in which variables of one type lie that never live at the same
// time.
type slot struct {
	text    string // the type
	room    string // not "": it is this field of a callee's frame, and not one of its own
	members []*variable
}

// tenant is a variable of the slot that a wait may clear, or nil: the frame of a callee is
// cleared by the call.
func (p *slot) tenant() *variable {
	for _, v := range p.members {
		if v.room == "" {
			return v
		}
	}
	return nil
}

// share puts the fields of a frame into slots. A variable that the creator of the frame sets, or
// that others write or read at any time, comes first in its place, or is alone.
func (f *function) share(nodes []flow.Node, live []flow.Set, entry []int) {
	conflicts := flow.Conflicts(nodes, live, len(f.all), entry)
	f.slots = nil
	for _, c := range f.callees {
		for _, v := range c.occupants {
			if v.field { // the call can be reached
				f.slots = append(f.slots, &slot{room: v.room, members: []*variable{v}})
			}
		}
	}
	for _, params := range []bool{true, false} { // parameters first: they have a place each
		for _, v := range f.all {
			if v.field && v.param == params && v.room == "" {
				f.addToSlot(v, conflicts)
			}
		}
	}
}

// addToSlot finds a slot for v.
func (f *function) addToSlot(v *variable, conflicts []flow.Set) {
	text := f.storedType(v)
	if v.sharesSlot() {
		for _, p := range f.slots {
			isPossible := p.text == text && !v.param
			if p.room != "" {
				isPossible = f.canLieIn(v, p)
			}
			if isPossible && p.fits(v, conflicts) {
				p.members = append(p.members, v)
				return
			}
		}
	}
	f.slots = append(f.slots, &slot{text: text, members: []*variable{v}})
}

// sharesSlot reports whether other variables may lie where v does. One that is pinned is read
// when the function ends, one that a coroutine writes may be written at any time.
func (v *variable) sharesSlot() bool { return !v.pinned && !v.must }

func (p *slot) fits(v *variable, conflicts []flow.Set) bool {
	for _, w := range p.members {
		if !w.sharesSlot() || conflicts[w.number].Has(v.number) {
			return false
		}
	}
	return true
}

// isAny reports whether a member of the slot is in the set.
func (p *slot) isAny(s flow.Set) bool {
	for _, v := range p.members {
		if s.Has(v.number) {
			return true
		}
	}
	return false
}
