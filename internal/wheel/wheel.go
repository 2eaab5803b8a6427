package wheel

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// A Wheel is a set of entries with deadlines. The zero Wheel is empty and stands
// at instant 0. It has no lock: one goroutine at a time uses it. It must not be
// copied once it was used.
type Wheel[E any] struct {
	// Instants are milliseconds and, for this purpose, numbers of 11 digits of 6 bits.
	// An entry lies on the level of the highest digit in which its deadline differs
	// from cur, in the slot which that digit of the deadline names. So a slot of level
	// l is a block of 64^l ms, and:
	//
	//  1. Level 0 is exact: one slot, one millisecond.
	//  2. On every level the slots in use come after the digit of cur, since the digits
	//     above are equal and the deadline is not before cur.
	//  3. All entries on a level are due before all entries on the levels above. The
	//     earliest entry is in the first slot in use of the lowest level in use.
	//  4. When cur enters a block, the entries of that one slot are distributed over
	//     the levels below, at once. An entry that is inserted later comes behind these.
	//     Lists are appended to and read from the front: so entries with the same
	//     deadline stay in the order of their insertion.
	//  5. Between the calls, cur is the millisecond after the last one that was fired,
	//     and no block that it has entered waits to be distributed. (A wheel that
	//     distributes a block when it next advances needs an alarm at the block's
	//     border, or fires its first entry up to 64 ms late.)
	//
	// Eleven levels cover every int64. Fewer would need a list for the entries beyond
	// them. A level takes its slots when it is used first.
	cur   uint64 // the millisecond that is fired next; 1<<63 after the last one
	count int    // entries

	inUse uint16         // bit l: level l has entries
	occ   [levels]uint64 // bit s: slot s of the level has entries
	slots [levels]*[64]list[E]
	pool  pool[E]

	// Entries that were late when they were inserted. They are few, unless the user does
	// not advance the wheel.
	late    []entry[E]
	lateMin int64 // the earliest deadline among them
	sorted  bool  // they are in the order of their deadlines
	one     [1]E  // one of them, while it fires
}

const levels = 11

// keepLate is how much room the list of late entries keeps when it is empty.
const keepLate = 256

type entry[E any] struct {
	e    E
	when int64
}

// New returns an empty wheel that stands at the instant now. A deadline before 0 has
// passed.
func New[E any](now int64) *Wheel[E] {
	return &Wheel[E]{cur: uint64(max(now, 0))}
}

// Len returns the number of entries.
func (w *Wheel[E]) Len() int { return w.count }

// Insert adds e, due at the instant when. If when has passed already e is due at
// the next [Wheel.Advance].
func (w *Wheel[E]) Insert(e E, when int64) {
	w.count++
	if when < 0 || uint64(when) < w.cur {
		w.insertLate(e, when)
		return
	}
	w.file(e, when)
}

// insertLate adds an entry whose deadline has passed.
func (w *Wheel[E]) insertLate(e E, when int64) {
	switch {
	case len(w.late) == 0:
		w.lateMin, w.sorted = when, true
	case when < w.late[len(w.late)-1].when:
		w.lateMin, w.sorted = min(w.lateMin, when), false
	}
	w.late = append(w.late, entry[E]{e, when})
}

// file puts an entry that is not before cur into its slot.
func (w *Wheel[E]) file(e E, when int64) {
	level := uint(0)
	if differ := uint64(when) ^ w.cur; differ >= 64 {
		level = uint(bits.Len64(differ)-1) / 6
	}
	slot := uint64(when) >> (6 * level) & 63
	w.inUse |= 1 << level
	w.occ[level] |= 1 << slot
	slots := w.slots[level]
	if slots == nil {
		slots = new([64]list[E])
		w.slots[level] = slots
	}
	slots[slot].push(&w.pool, e, when, level)
}

// firstSlot returns the first slot in use of the lowest level in use (rule 3), and the
// instant at which it begins. The wheel has entries that are not late.
func (w *Wheel[E]) firstSlot() (level, slot int, at uint64) {
	level = bits.TrailingZeros16(w.inUse)
	slot = bits.TrailingZeros64(w.occ[level])
	return level, slot, w.begin(level, slot)
}

// begin returns the instant at which a slot begins that is not before cur.
func (w *Wheel[E]) begin(level, slot int) uint64 {
	above := w.cur &^ (1<<(6*(level+1)) - 1)
	return above | uint64(slot)<<(6*level)
}

// takeSlot empties a slot and returns its entries.
func (w *Wheel[E]) takeSlot(level, slot int) list[E] {
	l := w.slots[level][slot]
	w.slots[level][slot] = list[E]{}
	w.occ[level] &^= 1 << slot
	if w.occ[level] == 0 {
		w.inUse &^= 1 << level
	}
	return l
}

// enter moves cur to at, which is not past the beginning of the first slot in use, and
// distributes the block that begins there (rule 4).
func (w *Wheel[E]) enter(at uint64) {
	w.cur = at
	if at&63 != 0 || w.inUse == 0 {
		return
	}
	if level, slot, begin := w.firstSlot(); level > 0 && begin == at {
		l := w.takeSlot(level, slot)
		l.drain(&w.pool, func(c *chunk[E]) {
			for i := range c.n {
				w.file(c.e[i], c.when(i, at))
			}
		})
	}
}

// Advance takes out all entries that are due at the instant now, and calls fire
// for them, some with the same deadline at a time, in the order of their deadlines
// and, where these are equal, of their insertion. fire may use due until it returns.
// fire may call [Wheel.Insert], and no other method. An entry that it inserts fires in the
// same Advance if its deadline is after that of the entries being fired and not after now;
// a late one waits for the next Advance. fire must not panic. A now before that of an
// earlier call counts as that one.
func (w *Wheel[E]) Advance(now int64, fire func(due []E, when int64)) {
	if len(w.late) != 0 {
		w.fireLate(fire)
	}
	if now < 0 {
		return
	}
	end := uint64(now) + 1
	for w.inUse != 0 {
		level, slot, at := w.firstSlot()
		if level > 0 {
			if at > end {
				break
			}
			w.enter(at) // if at is end, so that rule 5 holds when this returns
			continue
		}
		if at >= end {
			break
		}
		due := w.takeSlot(0, slot)
		w.enter(at + 1) // before fire inserts: rule 4
		due.drain(&w.pool, func(c *chunk[E]) {
			w.count -= c.n
			fire(c.e[:c.n], int64(at))
		})
	}
	w.cur = max(w.cur, end)
}

// fireLate fires the late entries.
func (w *Wheel[E]) fireLate(fire func(due []E, when int64)) {
	due := w.late
	w.late = nil
	if !w.sorted {
		slices.SortStableFunc(due, func(a, b entry[E]) int { return cmp.Compare(a.when, b.when) })
	}
	for i := range due {
		w.count--
		w.one[0] = due[i].e
		fire(w.one[:], due[i].when)
	}
	clear(w.one[:])
	if w.late == nil && cap(due) <= keepLate {
		clear(due)
		w.late = due[:0]
	}
}

// Next returns an instant before which Advance would fire no entry: the earliest
// deadline if it is within the present block of 64 ms, and otherwise perhaps the
// beginning of a block, which Advance then distributes. It is [math.MaxInt64] when the
// wheel is empty. It costs a few nanoseconds.
func (w *Wheel[E]) Next() int64 {
	if len(w.late) != 0 {
		return w.lateMin
	}
	if w.inUse == 0 {
		return math.MaxInt64
	}
	_, _, at := w.firstSlot()
	return int64(at)
}

// NextExact returns the earliest deadline, or [math.MaxInt64] when the wheel is
// empty. It reads all entries of one slot, which may be many.
func (w *Wheel[E]) NextExact() int64 {
	if len(w.late) != 0 || w.inUse == 0 {
		return w.Next()
	}
	level, slot, at := w.firstSlot()
	if level == 0 {
		return int64(at)
	}
	return w.slots[level][slot].earliest(at)
}

// Sweep calls keep for every entry, in no particular order, and takes out those
// for which it returns false. keep must not use the wheel. It costs some 20 ns per
// entry.
func (w *Wheel[E]) Sweep(keep func(e E, when int64) bool) {
	w.late = slices.DeleteFunc(w.late, func(e entry[E]) bool { return !keep(e.e, e.when) })
	w.count = len(w.late)
	if len(w.late) != 0 {
		w.lateMin = slices.MinFunc(w.late, func(a, b entry[E]) int { return cmp.Compare(a.when, b.when) }).when
	}
	for rest := w.inUse; rest != 0; rest &= rest - 1 {
		level := bits.TrailingZeros16(rest)
		for slots := w.occ[level]; slots != 0; slots &= slots - 1 {
			slot := bits.TrailingZeros64(slots)
			at := w.begin(level, slot)
			l := w.takeSlot(level, slot)
			l.drain(&w.pool, func(c *chunk[E]) {
				for i := range c.n {
					if when := c.when(i, at); keep(c.e[i], when) {
						w.count++
						w.file(c.e[i], when) // cur has not moved: the same slot
					}
				}
			})
		}
	}
}
