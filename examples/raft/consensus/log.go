package consensus

import (
	"fmt"
	"slices"
)

// log is the part of the log that no snapshot covers.
type log struct {
	base    Position // the last entry that the snapshot covers
	entries []Entry  // entries[i] has the index base.Index+1+i
	saved   Index    // an Output has had the entries up to here
}

// last returns the end of the log.
func (l *log) last() Position {
	if len(l.entries) == 0 {
		return l.base
	}
	e := l.entries[len(l.entries)-1]
	return Position{e.Index, e.Term}
}

// term returns the term of the entry at i, if the log knows it.
func (l *log) term(i Index) (Term, bool) {
	if i == l.base.Index {
		return l.base.Term, true
	}
	if i < l.base.Index || i > l.last().Index {
		return 0, false
	}
	return l.at(i).Term, true
}

// has reports whether the log has an entry at p.
func (l *log) has(p Position) bool {
	t, isKnown := l.term(p.Index)
	return isKnown && t == p.Term
}

func (l *log) at(i Index) Entry { return l.entries[i-l.base.Index-1] }

// span returns the entries from i on, up to and with the one at last. They are read only.
func (l *log) span(i, last Index) []Entry {
	return l.entries[i-l.base.Index-1 : last-l.base.Index : last-l.base.Index]
}

func (l *log) append(entries ...Entry) {
	for _, e := range entries {
		if e.Index != l.last().Index+1 {
			panic(fmt.Sprintf("consensus: entry %d after entry %d", e.Index, l.last().Index))
		}
		l.entries = append(l.entries, e)
	}
}

// truncate removes the entries from i on. Messages share the old ones: the next append does not
// write over them.
func (l *log) truncate(i Index) {
	n := i - l.base.Index - 1
	l.entries = l.entries[:n:n]
	l.saved = min(l.saved, i-1)
}

// compact removes the entries up to p, which a snapshot covers. If the log has no entry at p all that
// it has is older, or not committed, and goes.
func (l *log) compact(p Position) {
	if l.has(p) {
		l.entries = slices.Clone(l.entries[p.Index-l.base.Index:])
	} else {
		l.entries = nil
	}
	l.base = p
	l.saved = min(max(l.saved, p.Index), l.last().Index)
}

// firstOfTerm returns the first index of the run of entries up to i that have the term of i.
func (l *log) firstOfTerm(i Index) Index {
	t, _ := l.term(i)
	for {
		before, isKnown := l.term(i - 1)
		if !isKnown || before != t || i-1 == l.base.Index {
			return i
		}
		i--
	}
}
