package report

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// group is a set of tasks that are alike.
type group struct {
	sample Task   // the first task
	above  *group // the group of the parents; nil: none is known
	index  int    // in the order of appearance
	key    string // equal for all tasks of the group
	count  int

	firstID, lastID         uint64       // the smallest and the largest ID
	firstParent, lastParent uint64       // the same of the parents
	ranges                  []valueRange // of the slots of the sample's texts, in the order of setKey
	waits                   []waitRange  // of the sample's waits
	isShown                 bool
}

// valueRange is the smallest and the largest value in a slot.
type valueRange struct {
	kind      slotKind
	low, high string
}

// waitRange is the times and the numbers that the tasks of a group have for one wait.
type waitRange struct {
	from, until time.Time
	number      int         // of the first task
	numbers     map[int]int // how many tasks have each number; nil: all have that of the first
}

// grouper puts tasks into groups.
type grouper struct {
	isExact bool // tasks are alike only if they have no ID and are equal
	isFlat  bool // spawn places and parents do not count
	groups  map[string]*group
	order   []*group
	parents map[uint64]*group // the groups of the tasks that have children; nil: not seen yet

	key    []byte // of the current task, as the next two
	values []string
	kinds  []slotKind
}

// maxWaits is how many waits of a task are compared and shown.
const maxWaits = 8

// add puts t into its group.
func (g *grouper) add(t *Task) {
	var above *group
	if !g.isFlat {
		above = g.parents[t.Parent]
	}
	g.setKey(t, above)
	own := g.put(t, above)
	if _, ok := g.parents[t.ID]; ok && t.ID != 0 {
		g.parents[t.ID] = own
	}
}

// put puts t, whose key was set, into its group, and returns that.
func (g *grouper) put(t *Task, above *group) *group {
	own := g.groups[string(g.key)]
	if own == nil {
		own = &group{
			sample: *t, above: above, index: len(g.order), key: string(g.key),
			firstID: t.ID, lastID: t.ID, firstParent: t.Parent, lastParent: t.Parent,
		}
		own.sample.Waits = slices.Clone(t.Waits)
		for i, v := range g.values {
			own.ranges = append(own.ranges, valueRange{g.kinds[i], v, v})
		}
		for _, w := range t.Waits[:min(len(t.Waits), maxWaits)] {
			own.waits = append(own.waits, waitRange{from: w.Until, until: w.Until, number: w.Number})
		}
		g.groups[own.key] = own
		g.order = append(g.order, own)
	} else {
		own.merge(t, g.values)
	}
	own.count++
	return own
}

// setKey sets the key of t: two tasks with the same key are in the same group.
func (g *grouper) setKey(t *Task, above *group) {
	g.key, g.values, g.kinds = g.key[:0], g.values[:0], g.kinds[:0]
	if g.isExact {
		g.key = binary.AppendUvarint(g.key, t.ID)
	}
	if !g.isFlat {
		if above != nil {
			g.key = binary.AppendUvarint(g.key, uint64(above.index)+1)
		}
		g.key = append(appendLiteral(append(g.key, 1), t.Spawned), 1, flagByte(above == nil && t.Parent != 0))
	}
	g.key = append(g.key, flagByte(t.Cancelled))
	g.addText(t.Name)
	g.addText(t.State)
	g.key = binary.AppendUvarint(g.key, uint64(len(t.Waits)))
	for _, w := range t.Waits[:min(len(t.Waits), maxWaits)] {
		g.addWait(&w)
	}
}

// addWait makes a wait a part of the key.
func (g *grouper) addWait(w *Wait) {
	on := w.On
	if g.isFlat {
		on = withoutDetails(on)
	}
	g.addText(on)
	g.key = append(g.key, flagByte(!w.Until.IsZero()), flagByte(w.Number != 0))
	if g.isFlat {
		return
	}
	if g.isExact {
		g.key = binary.AppendVarint(binary.AppendUvarint(g.key, uint64(w.Number)), w.Until.UnixNano())
	}
	for _, by := range w.HeldBy {
		g.addText(by)
	}
	g.key = append(g.key, 1)
	for _, by := range w.By {
		g.addText(by)
	}
	g.key = append(g.key, 1)
}

// addText makes the shape of a text a part of the key.
func (g *grouper) addText(s string) {
	if g.isExact {
		g.key = append(appendLiteral(g.key, s), 1)
	} else {
		g.key, g.values, g.kinds = appendShape(g.key, g.values, g.kinds, clip(s))
	}
}

func flagByte(is bool) byte {
	if is {
		return '+'
	}
	return '-'
}

// merge extends the ranges of the group by t, whose slots have these values.
func (g *group) merge(t *Task, values []string) {
	g.firstID, g.lastID = min(g.firstID, t.ID), max(g.lastID, t.ID)
	g.firstParent, g.lastParent = min(g.firstParent, t.Parent), max(g.lastParent, t.Parent)
	for i, v := range values {
		s := &g.ranges[i]
		if v == s.low {
			continue
		}
		if s.kind.compare(v, s.low) < 0 {
			s.low = v
		} else if s.kind.compare(v, s.high) > 0 {
			s.high = v
		}
	}
	for i := range g.waits {
		s, w := &g.waits[i], &t.Waits[i]
		if w.Until.Before(s.from) {
			s.from = w.Until
		}
		if w.Until.After(s.until) {
			s.until = w.Until
		}
		if w.Number != s.number && s.numbers == nil {
			s.numbers = map[int]int{s.number: g.count}
		}
		if s.numbers != nil {
			s.numbers[w.Number]++
		}
	}
}

// withRanges returns s, one of the sample's texts, with a range in each slot, and how many
// of ranges it has used.
func withRanges(s string, ranges []valueRange) (text string, used int) {
	s = clip(s)
	if len(ranges) == 0 {
		return s, 0
	}
	var b strings.Builder
	at := 0
	var room [16]slot
	slots := slotsOf(room[:0], s)
	for i, x := range slots {
		b.WriteString(s[at:x.from])
		b.WriteString(x.kind.rangeText(ranges[i].low, ranges[i].high))
		at = x.to
	}
	b.WriteString(s[at:])
	return b.String(), len(slots)
}

// text returns the name and the waits of the tasks of the group, with ranges where numbers
// differ. The texts of isFlat have no details.
func (g *group) text(isFlat bool) (name string, waits []string) {
	ranges := g.ranges
	next := func(s string) string {
		text, used := withRanges(s, ranges)
		ranges = ranges[used:]
		return text
	}
	name = next(g.sample.Name)
	next(g.sample.State)
	for i, w := range g.sample.Waits {
		if i == maxWaits {
			waits = append(waits, fmt.Sprintf("%d more", len(g.sample.Waits)-maxWaits))
			break
		}
		if isFlat {
			w.On, w.HeldBy, w.By = withoutDetails(w.On), nil, nil
		}
		w.On, w.HeldBy, w.By = next(w.On), mapped(w.HeldBy, next), mapped(w.By, next)
		waits = append(waits, clip(w.text(g.waits[i].numberText(), g.waits[i].untilText(isFlat))))
	}
	return name, waits
}

// mapped returns fn of each text.
func mapped(all []string, fn func(string) string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = fn(s)
	}
	return out
}

// numberText returns the numbers of the things that the tasks wait for, those with the most
// tasks first.
func (s *waitRange) numberText() string {
	if s.numbers == nil {
		if s.number == 0 {
			return ""
		}
		return fmt.Sprintf(" #%d", s.number)
	}
	const most = 3
	numbers := slices.SortedFunc(maps.Keys(s.numbers), func(a, b int) int {
		return cmp.Or(cmp.Compare(s.numbers[b], s.numbers[a]), cmp.Compare(a, b))
	})
	var parts []string
	for _, n := range numbers[:min(len(numbers), most)] {
		parts = append(parts, fmt.Sprintf("#%d (%d ×)", n, s.numbers[n]))
	}
	text := " " + strings.Join(parts, ", ")
	if more := len(numbers) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// untilText returns when the waits end.
func (s *waitRange) untilText(isFlat bool) string {
	switch {
	case s.from.IsZero() || isFlat:
		return ""
	case s.from.Equal(s.until):
		return s.from.Format(timeFormat)
	}
	return s.from.Format(timeFormat) + " … " + s.until.Format(timeFormat)
}

// maxText is how long a name or the text of a wait may be, in bytes.
const maxText = 400

// clip cuts a text that is too long for a report.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	at := maxText
	for at > 0 && s[at]&0xc0 == 0x80 { // not inside of a rune
		at--
	}
	return s[:at] + "…"
}

// newGrouper returns a grouper that has put these n tasks into groups.
func newGrouper(n int, tasks iter.Seq[*Task], isFlat bool) *grouper {
	g := &grouper{isExact: n <= maxSingle && !isFlat, isFlat: isFlat, groups: map[string]*group{}, parents: map[uint64]*group{}}
	if !isFlat {
		for t := range tasks {
			if t.Parent != 0 {
				g.parents[t.Parent] = nil
			}
		}
	}
	for t := range tasks {
		g.add(t)
	}
	return g
}

// maxSingle is how many tasks are shown one by one.
const maxSingle = 12
