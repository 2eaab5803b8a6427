package lost

import (
	"cmp"
	"slices"
)

// excused are the simulations whose things no report names: those whose hosts have crashed. The
// tasks that would have closed them were not polled any more. By their ids, in order; mu
// guards it.
var excused []span

// span are the ids after one, up to another.
type span struct{ after, upTo uint64 }

// Excuse keeps the things that r has made from being reported. They are told all the same, unless r has
// ended: then their cleanups let go of them, see [Watch].
func (r *Run) Excuse() {
	mu.Lock()
	defer mu.Unlock()
	excuse(r.id)
}

// excuse adds an id to those that are excused. Locked.
func excuse(id uint64) {
	s := span{id - 1, id}
	i, _ := slices.BinarySearchFunc(excused, s.after, func(o span, n uint64) int { return cmp.Compare(o.upTo, n) })
	j := i // those from i to j have s, or touch it
	for ; j < len(excused) && excused[j].after <= s.upTo; j++ {
		s.after, s.upTo = min(s.after, excused[j].after), max(s.upTo, excused[j].upTo)
	}
	excused = slices.Replace(excused, i, j, s)
}

// isExcused reports whether the things of a maker are not to be reported. Locked.
func isExcused(maker uint64) bool {
	i, _ := slices.BinarySearchFunc(excused, maker, func(o span, n uint64) int { return cmp.Compare(o.upTo, n) })
	return i < len(excused) && excused[i].after < maker
}

// reportOf returns what to report when the thing with this mark was told.
func reportOf(m Mark, err error) error {
	mu.Lock()
	defer mu.Unlock()
	if isExcused(m.maker) {
		return nil
	}
	return err
}
