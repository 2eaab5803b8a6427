package screen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edo-go/edo/cmd/edo/edo-top/internal/cell"
	"github.com/edo-go/edo/cmd/edo/internal/visible"
)

// marginWidth is the cells before a row, where the mark of the cursor stands.
const marginWidth = 2

// stalled is how long no frame may come before the screen says so. There is one each second.
const stalled = 5 * time.Second

// Lines returns what is shown, with styles: as many lines as the screen has, none wider than it.
func (s *Screen) Lines() []string {
	var lines []string
	if s.isHelp {
		lines = s.helpLines()
	} else {
		l := s.list()
		lines = append(s.above(&l), s.body(&l)...)
		below := s.detailLines(&l)
		for len(lines)+len(below) < s.height-1 {
			lines = append(lines, "")
		}
		lines = append(lines, below...)
	}
	for len(lines) < s.height-1 {
		lines = append(lines, "")
	}
	if s.height > 1 {
		lines = append(lines[:s.height-1], s.footer())
	}
	return lines[:s.height]
}

// What a screen of some lines has above the rows of a list.
const (
	barFrom     = 4 // lines
	numbersFrom = 8
	lostFrom    = 5
	titleFrom   = 3
	headFrom    = 6
)

func (s *Screen) hasNumbers() bool {
	return s.height >= numbersFrom || s.lost != "" && s.height >= lostFrom
}
func (s *Screen) hasHead(l *list) bool { return s.height >= headFrom && !l.isPage && len(l.rows) > 0 }

// aboveHeight returns how many lines are above the rows of a list.
func (s *Screen) aboveHeight(l *list) (n int) {
	for _, has := range []bool{s.height >= barFrom, s.hasNumbers(), s.height >= titleFrom, s.hasHead(l)} {
		if has {
			n++
		}
	}
	return n + len(s.findingLines())
}

// above returns the lines above the rows of a list.
func (s *Screen) above(l *list) (lines []string) {
	if s.height >= barFrom {
		lines = append(lines, s.bar())
	}
	if s.hasNumbers() {
		lines = append(lines, s.numbers())
	}
	lines = append(lines, s.findingLines()...)
	if s.height >= titleFrom {
		lines = append(lines, s.titleLine(l))
	}
	if s.hasHead(l) {
		head := l.head(l.layout(s.width-marginWidth), s.top().order)
		lines = append(lines, cell.Cut("  ", s.width)+cell.Dim.On(cell.Cut(head, s.width-marginWidth)))
	}
	return lines
}

// rowsHeight returns how many rows of a list the screen has.
func (s *Screen) rowsHeight(l *list) int {
	return max(1, s.height-s.aboveHeight(l)-s.detailHeight(l)-min(1, s.height-1))
}

// bodyHeight returns how many lines the help has.
func (s *Screen) bodyHeight() int { return max(1, s.height-3) }

// body returns the rows that the screen has, with the cursor among them.
func (s *Screen) body(l *list) (lines []string) {
	if len(l.rows) == 0 {
		none := l.none
		if s.top().filter != "" {
			none = fmt.Sprintf("no row has %q", s.top().filter)
		}
		return []string{cell.Cut("  ", s.width) + cell.Dim.On(cell.Cut(none, s.width-marginWidth))}
	}
	high, at, way := s.rowsHeight(l), s.locate(l), s.top()
	way.top = max(0, min(max(way.top, at-high+1), at, len(l.rows)-high))
	widths := l.layout(s.width - marginWidth)
	for i := way.top; i < min(len(l.rows), way.top+high); i++ {
		r := &l.rows[i]
		text := l.line(widths, r.texts)
		if i == at {
			lines = append(lines, cell.Chosen.On(cell.Fit("> "+text, s.width)))
			continue
		}
		lines = append(lines, cell.Cut("  ", s.width)+r.style.On(cell.Cut(text, s.width-marginWidth)))
	}
	return lines
}

// bar returns the first line: which program, and whether what is shown is new.
func (s *Screen) bar() string {
	left := "edo top " + s.address
	if s.shown != nil {
		p := &s.shown.Program
		left = fmt.Sprintf("edo top %s  %s, process %d, %s", s.address, p.Name, p.PID, p.Go)
	}
	state, style := s.state()
	state = cell.Cut(state, s.width)
	room := s.width - cell.Width(state) - gap
	if room < 8 {
		return style.On(state)
	}
	return cell.Bold.On(cell.Fit(left, room)) + strings.Repeat(" ", gap) + style.On(state)
}

// state says whether what is shown is new.
func (s *Screen) state() (text string, style cell.Style) {
	switch {
	case s.lost != "":
		text, style = "LOST for "+span(s.now.Sub(s.lostAt)), cell.Fault
	case s.latest == nil:
		return "connects", cell.Plain
	case s.now.Sub(s.came) >= stalled:
		text, style = "NO FRAME for "+span(s.now.Sub(s.came)), cell.Fault
	default:
		text, style = "live "+s.clock(s.latest.Time), cell.Good
	}
	if s.isFrozen && s.shown != nil {
		return "FROZEN at " + s.clock(s.shown.Time) + strings.TrimPrefix(", "+text, ", live "+s.clock(s.latest.Time)), cell.Warning
	}
	return text, style
}

// numbers returns the second line: why the connection is lost, or the numbers of the runtime.
func (s *Screen) numbers() string {
	if s.lost != "" {
		return cell.Fault.On(cell.Cut(fmt.Sprintf("LOST since %s: %s; connects again by itself", s.clock(s.lostAt), s.lost), s.width))
	}
	rt := s.current()
	if rt == nil {
		return ""
	}
	m, r := &rt.Metrics, s.rates[rt.ID]
	var parts []string
	if n := len(s.shown.Runtimes); n > 1 {
		parts = append(parts, fmt.Sprintf("runtime %d (r: %d in all)", rt.ID, n))
	}
	parts = append(parts, "tasks "+thousands(m.Alive), "waited "+thousands(m.Waiting), "queued "+thousands(m.Queued), fmt.Sprintf("idle %d of %d workers", m.Idle, m.Workers+m.Spares))
	if r.isKnown {
		parts = append(parts, fmt.Sprintf("polls/s %s", thousands(int64(r.perSecond[0]))), fmt.Sprintf("spawned/s %s", thousands(int64(r.perSecond[1]))))
	}
	parts = append(parts, "heap "+size(s.shown.Program.Heap), "timers "+thousands(m.Timers), "blocking "+thousands(m.Blocking), "long polls "+thousands(m.Stuck),
		"goroutines "+thousands(s.shown.Program.Goroutines), fmt.Sprintf("looking costs %.1f %% of a processor", 100*s.shown.Cost))
	return cell.Cut(fitting(parts, s.width), s.width)
}

// fitting joins as many of the first parts as there is room for.
func fitting(parts []string, room int) string {
	line := parts[0]
	for _, part := range parts[1:] {
		if cell.Width(line)+gap+cell.Width(part) > room {
			break
		}
		line += strings.Repeat(" ", gap) + part
	}
	return line
}

// findingLines returns the findings that there is room for above the view.
func (s *Screen) findingLines() (lines []string) {
	if s.shown == nil || s.levels[0].place.view == findings {
		return nil
	}
	room := 0
	switch {
	case s.height >= 40:
		room = 8
	case s.height >= 20:
		room = 4
	case s.height >= 12:
		room = 2
	case s.height >= 9:
		room = 1
	}
	all := s.shown.Findings
	for i := range all {
		if len(lines) == room-1 && len(all)-i > 1 {
			more := fmt.Sprintf("%d findings, f shows them all", len(all))
			if i > 0 {
				more = fmt.Sprintf("and %d more findings, f shows them all", len(all)-i)
			}
			return append(lines, levelStyle(all[i].Level).On(cell.Cut(more, s.width)))
		}
		if len(lines) >= room {
			break
		}
		f := &all[i]
		left, right := fmt.Sprintf("%-5s ", levelWord(f.Level)), since(f.Since, s.shown.Time)
		if s.width >= 60 {
			left += fmt.Sprintf("%-9s ", f.Kind)
		}
		text := cell.Fit(f.Text, s.width-len(left)-gap-7)
		lines = append(lines, levelStyle(f.Level).On(cell.Cut(left+text+strings.Repeat(" ", gap)+cell.FitRight(right, 7), s.width)))
	}
	return lines
}

// titleLine returns the line above a list: the way to it, and what is to be said of all its rows.
func (s *Screen) titleLine(l *list) string {
	title := l.title
	for i := len(s.levels) - 2; i >= max(0, len(s.levels)-4); i-- {
		title = viewNames[s.levels[i].place.view] + " › " + title
	}
	title = cell.Cut(title, s.width)
	var notes []string
	if n, high := len(l.rows), s.rowsHeight(l); n > high {
		notes = append(notes, fmt.Sprintf("row %d of %d", s.locate(l)+1, n))
	}
	if f := s.top().filter; f != "" {
		notes = append(notes, fmt.Sprintf("filter %q", f))
	}
	if l.note != "" {
		notes = append(notes, l.note)
	}
	note := cell.Cut(strings.Join(notes, "; "), s.width-cell.Width(title)-gap)
	if note == "" {
		return cell.Bold.On(title)
	}
	return cell.Bold.On(title) + strings.Repeat(" ", gap) + cell.Dim.On(note)
}

// footer returns the last line: the keys, as many as there is room for, or the filter while it is typed.
func (s *Screen) footer() string {
	if s.isTyping {
		line := cell.Cut("filter: "+visible.Text(s.top().filter)+"_", s.width)
		return cell.Bold.On(line) + cell.Dim.On(cell.Cut("  enter keeps it, esc drops it", s.width-cell.Width(line)))
	}
	keys := []string{"enter open", "/ filter", "w waits", "f findings", "space freeze", "s sort"}
	switch {
	case s.isHelp:
		keys = []string{"esc close"}
	case s.top().place.view.isPage():
		keys = []string{"enter open", "esc back", "w waits", "f findings", "space freeze"}
	case len(s.levels) > 1 || s.top().place.view != groups:
		keys = []string{"enter open", "esc back", "/ filter", "space freeze", "w waits", "f findings"}
	}
	if s.takesStacks() && !s.isHelp {
		keys = slices.Insert(keys, 0, "t take stacks")
	}
	last := []string{"? help", "q quit"}
	if s.isHelp {
		last = []string{"q quit"}
	}
	line := strings.Join(last, "  ")
	room := s.width - len(line) - gap
	if room >= len(keys[0]) {
		line = fitting(keys, room) + strings.Repeat(" ", gap) + line
	}
	return cell.Dim.On(cell.Cut(line, s.width))
}

// helpLines returns what the keys do, from the first line that is shown on.
func (s *Screen) helpLines() []string {
	lines := []string{s.bar(), cell.Bold.On(cell.Cut("Keys", s.width))}
	var all []string
	for _, key := range help {
		for i, text := range cell.Wrap(key[1], s.width-12, 4) {
			name := key[0]
			if i > 0 {
				name = ""
			}
			all = append(all, cell.Cut(cell.Fit(name, 10)+"  "+text, s.width))
		}
	}
	s.helpTop = max(0, min(s.helpTop, len(all)-s.bodyHeight()))
	return append(lines, all[s.helpTop:]...)
}
