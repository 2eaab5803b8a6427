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

// Task is what one task does. It has the fields of edo.TaskInfo, in their order.
type Task struct {
	ID, Parent uint64 // 0: not known
	Name       string
	Spawned    string // a place; "": not known
	State      string // Waiting, or another that stands in the text as it is
	Cancelled  bool
	Waits      []Wait
}

// Waiting is the State of a task that waits.
const Waiting = "waiting"

// group is tasks that are alike.
type group struct {
	sample Task
	up     *group // that of the parents; nil: none are known
	at     int    // in the order of appearance
	key    string // what the tasks have in common
	count  int

	first, last     uint64 // the smallest and the largest ID
	parent, parents uint64 // the same of the parents, if these have ended
	spans           []span // of the slots of the sample's texts, in the order of appendTask
	waits           []waitSpan
	shown           bool
}

// span is the smallest and the largest of several values.
type span struct {
	kind      slotKind
	low, high string
}

// waitSpan is what the tasks of a group say of one of their waits that is no text.
type waitSpan struct {
	from, until time.Time
	number      int         // that of the first
	numbers     map[int]int // how many have each; nil: all the first
}

// grouper puts tasks into groups.
type grouper struct {
	exact  bool // only tasks without an ID that are the same in all are alike
	flat   bool // neither spawn places nor parents count
	groups map[string]*group
	order  []*group
	of     map[uint64]*group // of the tasks that have children; nil: not seen yet

	key    []byte // of the task at hand, as the next
	values []string
	kinds  []slotKind
}

// maxWaits is how many of the waits of a task count and are shown.
const maxWaits = 8

// add puts t into its group.
func (g *grouper) add(t *Task) {
	var up *group
	if !g.flat {
		up = g.of[t.Parent]
	}
	g.look(t, up)
	at := g.groups[string(g.key)]
	if at == nil {
		at = &group{sample: *t, up: up, at: len(g.order), key: string(g.key), first: t.ID, last: t.ID, parent: t.Parent, parents: t.Parent}
		at.sample.Waits = slices.Clone(t.Waits)
		for i, v := range g.values {
			at.spans = append(at.spans, span{g.kinds[i], v, v})
		}
		for _, w := range t.Waits[:min(len(t.Waits), maxWaits)] {
			at.waits = append(at.waits, waitSpan{from: w.Until, until: w.Until, number: w.Number})
		}
		g.groups[at.key] = at
		g.order = append(g.order, at)
	} else {
		at.merge(t, g.values)
	}
	at.count++
	if _, ok := g.of[t.ID]; ok && t.ID != 0 {
		g.of[t.ID] = at
	}
}

// look sets what says into which group t belongs.
func (g *grouper) look(t *Task, up *group) {
	g.key, g.values, g.kinds = g.key[:0], g.values[:0], g.kinds[:0]
	if g.exact {
		g.key = binary.AppendUvarint(g.key, t.ID)
	}
	if !g.flat {
		if up != nil {
			g.key = binary.AppendUvarint(g.key, uint64(up.at)+1)
		}
		g.key = append(appendLiteral(append(g.key, 1), t.Spawned), 1, flag(up == nil && t.Parent != 0))
	}
	g.key = append(g.key, flag(t.Cancelled))
	g.text(t.Name)
	g.text(t.State)
	g.key = binary.AppendUvarint(g.key, uint64(len(t.Waits)))
	for _, w := range t.Waits[:min(len(t.Waits), maxWaits)] {
		g.wait(&w)
	}
}

func (g *grouper) wait(w *Wait) {
	on := w.On
	if g.flat {
		on = brief(on)
	}
	g.text(on)
	g.key = append(g.key, flag(!w.Until.IsZero()), flag(w.Number != 0))
	if g.flat {
		return
	}
	if g.exact {
		g.key = binary.AppendVarint(binary.AppendUvarint(g.key, uint64(w.Number)), w.Until.UnixNano())
	}
	for _, by := range w.HeldBy {
		g.text(by)
	}
	g.key = append(g.key, 1)
	for _, by := range w.By {
		g.text(by)
	}
	g.key = append(g.key, 1)
}

// text makes a text a part of the key.
func (g *grouper) text(s string) {
	if g.exact {
		g.key = append(appendLiteral(g.key, s), 1)
	} else {
		g.key, g.values, g.kinds = appendShape(g.key, g.values, g.kinds, clip(s))
	}
}

func flag(is bool) byte {
	if is {
		return '+'
	}
	return '-'
}

// merge takes t, of which the slots have these values, into the group.
func (g *group) merge(t *Task, values []string) {
	g.first, g.last = min(g.first, t.ID), max(g.last, t.ID)
	g.parent, g.parents = min(g.parent, t.Parent), max(g.parents, t.Parent)
	for i, v := range values {
		s := &g.spans[i]
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

// spanned returns s, one of the sample's texts, with the ranges of the group, and how
// many of spans that took.
func spanned(s string, spans []span) (text string, used int) {
	s = clip(s)
	if len(spans) == 0 {
		return s, 0
	}
	var b strings.Builder
	at := 0
	var room [16]slot
	slots := slotsOf(room[:0], s)
	for i, x := range slots {
		b.WriteString(s[at:x.from])
		b.WriteString(x.kind.span(spans[i].low, spans[i].high))
		at = x.to
	}
	b.WriteString(s[at:])
	return b.String(), len(slots)
}

// text returns what the tasks of the group have in common, with ranges where numbers
// differ.
func (g *group) text(flat bool) (name string, waits []string) {
	spans := g.spans
	next := func(s string) string {
		text, used := spanned(s, spans)
		spans = spans[used:]
		return text
	}
	name = next(g.sample.Name)
	next(g.sample.State)
	for i, w := range g.sample.Waits {
		if i == maxWaits {
			waits = append(waits, fmt.Sprintf("%d more", len(g.sample.Waits)-maxWaits))
			break
		}
		if flat {
			w.On, w.HeldBy, w.By = brief(w.On), nil, nil
		}
		w.On, w.HeldBy, w.By = next(w.On), mapped(w.HeldBy, next), mapped(w.By, next)
		waits = append(waits, clip(w.text(g.waits[i].numberText(), g.waits[i].untilText(flat))))
	}
	return name, waits
}

func mapped(all []string, fn func(string) string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = fn(s)
	}
	return out
}

// numberText says which of the things the tasks wait for: those that most of them do.
func (s *waitSpan) numberText() string {
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

// untilText says when the waits end.
func (s *waitSpan) untilText(flat bool) string {
	switch {
	case s.from.IsZero() || flat:
		return ""
	case s.from.Equal(s.until):
		return s.from.Format(timeFormat)
	}
	return s.from.Format(timeFormat) + " … " + s.until.Format(timeFormat)
}

// maxText is how long a name or what is waited for is in a text, in bytes.
const maxText = 400

// clip cuts s where it is too long for a report.
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

// newGrouper returns a grouper for these tasks, n in all.
func newGrouper(n int, tasks iter.Seq[*Task], flat bool) *grouper {
	g := &grouper{exact: n <= few && !flat, flat: flat, groups: map[string]*group{}, of: map[uint64]*group{}}
	if !flat {
		for t := range tasks {
			if t.Parent != 0 {
				g.of[t.Parent] = nil
			}
		}
	}
	for t := range tasks {
		g.add(t)
	}
	return g
}

// few is how many tasks are shown each by itself.
const few = 12
