package lost

import (
	"cmp"
	"slices"
)

// excused are the things that no report names: those of simulations whose hosts have crashed. The
// tasks that would have closed them were not polled any more. By their numbers, in order; mu
// guards it.
var excused []span

// span are the numbers after one, up to another.
type span struct{ after, upTo uint64 }

// Excuse keeps the things that were made after the one with the number since from being reported,
// until now. They are told all the same, unless the simulation that calls it has ended: then their
// cleanups let go of them, see [Watch].
func Excuse(since uint64) {
	mu.Lock()
	defer mu.Unlock()
	s := span{since, made.Load()}
	i, _ := slices.BinarySearchFunc(excused, s.after, func(o span, n uint64) int { return cmp.Compare(o.upTo, n) })
	j := i // those from i to j overlap s, or touch it
	for ; j < len(excused) && excused[j].after <= s.upTo; j++ {
		s.after, s.upTo = min(s.after, excused[j].after), max(s.upTo, excused[j].upTo)
	}
	excused = slices.Replace(excused, i, j, s)
}

// isExcused reports whether a thing is not to be reported. Locked.
func isExcused(number uint64) bool {
	i, _ := slices.BinarySearchFunc(excused, number, func(o span, n uint64) int { return cmp.Compare(o.upTo, n) })
	return i < len(excused) && excused[i].after < number
}

// reportOf returns what to report when the thing with this number was told.
func reportOf(number uint64, err error) error {
	mu.Lock()
	defer mu.Unlock()
	if isExcused(number) {
		return nil
	}
	return err
}
