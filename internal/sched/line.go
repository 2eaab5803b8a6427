package sched

import (
	"math/bits"

	"github.com/edo-go/edo/internal/schedule"
)

// entry is what can happen next in a seeded runtime: a task that is runnable, or a timer that
// is due.
type entry struct {
	task  *Task
	timer *Timer // not nil: it fires, for the instant when
	when  int64
	id    schedule.ID
	rank  uint64
	since int    // the number of choices before it came
	seq   uint64 // the number of its turn to come
	seat  uint32 // of the task; 0: it has none
}

// isHole reports whether there is no entry any more: the other fields are of no meaning then.
func (e *entry) isHole() bool { return e.task == nil && e.timer == nil }

// line holds entries in the order in which they came. It finds the one at an index, and the one
// with the highest rank, in O(log n).
//
// Entries have positions that grow. A short line has a word that says at which of them there are entries: most programs
// in a simulation never need more. A long one has a tree over the positions, with in each node how many entries are
// below it, and which of them has the highest rank: node 1 is the root, 2i and 2i+1 are the
// children of i, and the positions are the leaves. A line that is full of holes is packed.
type line struct {
	entries []entry    // by position
	short   uint64     // bit i: there is an entry at position i; of a short line
	nodes   []lineNode // of a long line
	next    int        // the first position behind all entries
}

type lineNode struct {
	n    int32
	high int32 // the position with the highest rank, the first of equals; of no meaning when n is 0
}

// shortLine is how many positions a short line has.
const shortLine = 64

func (l *line) isShort() bool { return len(l.nodes) == 0 }

// len returns how many entries there are.
func (l *line) len() int {
	if l.isShort() {
		return bits.OnesCount64(l.short)
	}
	return int(l.nodes[1].n)
}

// isFull reports whether there is no position for another entry: then the line must be packed.
func (l *line) isFull() bool { return l.next == len(l.entries) }

// room returns the entry that the next add puts at the end, for the caller to fill. It is a hole. The line is not full.
func (l *line) room() *entry { return &l.entries[l.next] }

// add puts the entry of room at the end, and returns its position.
func (l *line) add() (at int) {
	at = l.next
	l.next++
	if l.isShort() {
		l.short |= 1 << at
		return at
	}
	l.nodes[len(l.entries)+at] = lineNode{1, int32(at)}
	l.update(at)
	return at
}

// pack removes the holes, and makes room for as many entries as there are, at least. moved is called for each entry that
// has moved to another position.
func (l *line) pack(moved func(e *entry, at int)) {
	n := l.len()
	size := max(shortLine, len(l.entries))
	for size < 2*n {
		size *= 2
	}
	from := l.entries
	if size != len(l.entries) {
		l.entries = make([]entry, size)
	}
	to := 0
	for i := range l.next {
		e := &from[i]
		if e.isHole() {
			continue
		}
		if to != i || &l.entries[0] != &from[0] {
			l.entries[to] = *e
		}
		if to != i {
			moved(&l.entries[to], to)
		}
		to++
	}
	clear(l.entries[to:])
	l.next = to
	if size == shortLine {
		l.short = 1<<to - 1
		return
	}
	l.short = 0
	l.plant()
}

// plant makes the tree of a long line anew.
func (l *line) plant() {
	size := len(l.entries)
	if len(l.nodes) != 2*size {
		l.nodes = make([]lineNode, 2*size)
	} else {
		clear(l.nodes)
	}
	for i := range l.next {
		l.nodes[size+i] = lineNode{1, int32(i)}
	}
	for i := size - 1; i > 0; i-- {
		l.merge(i)
	}
}

// update computes the nodes above a position again.
func (l *line) update(at int) {
	for i := (len(l.entries) + at) / 2; i > 0; i /= 2 {
		l.merge(i)
	}
}

// merge computes a node from its children.
func (l *line) merge(i int) {
	a, b := l.nodes[2*i], l.nodes[2*i+1]
	switch {
	case b.n == 0:
		l.nodes[i] = a
	case a.n == 0:
		l.nodes[i] = b
	default:
		high := a.high
		if l.entries[b.high].rank > l.entries[high].rank {
			high = b.high
		}
		l.nodes[i] = lineNode{a.n + b.n, high}
	}
}

// clear takes all entries out. The line is short then.
func (l *line) clear() {
	if !l.isShort() {
		*l = line{}
		return
	}
	clear(l.entries[:l.next])
	l.short, l.next = 0, 0
}

// remove takes the entry at a position out.
func (l *line) remove(at int) {
	l.entries[at].task, l.entries[at].timer = nil, nil
	if l.isShort() {
		l.short &^= 1 << at
		return
	}
	l.nodes[len(l.entries)+at] = lineNode{}
	l.update(at)
}

// at returns the position of the entry with an index, by age.
func (l *line) at(index int) int {
	if l.isShort() {
		word := l.short
		for range index {
			word &= word - 1
		}
		return bits.TrailingZeros64(word)
	}
	i := 1
	for i < len(l.entries) {
		i *= 2
		if n := int(l.nodes[i].n); index >= n {
			index -= n
			i++
		}
	}
	return i - len(l.entries)
}

// index returns the index, by age, of the entry at a position.
func (l *line) index(at int) (n int) {
	if l.isShort() {
		return bits.OnesCount64(l.short & (1<<at - 1))
	}
	for i := len(l.entries) + at; i > 1; i /= 2 {
		if i%2 == 1 {
			n += int(l.nodes[i-1].n)
		}
	}
	return n
}

// highest returns the position of the entry with the highest rank, the oldest of equals. The
// line must not be empty.
func (l *line) highest() int {
	if !l.isShort() {
		return int(l.nodes[1].high)
	}
	high := bits.TrailingZeros64(l.short)
	for word := l.short & (l.short - 1); word != 0; word &= word - 1 {
		if i := bits.TrailingZeros64(word); l.entries[i].rank > l.entries[high].rank {
			high = i
		}
	}
	return high
}

// setRank changes the rank of the entry at a position.
func (l *line) setRank(at int, rank uint64) {
	l.entries[at].rank = rank
	if !l.isShort() {
		l.update(at)
	}
}
