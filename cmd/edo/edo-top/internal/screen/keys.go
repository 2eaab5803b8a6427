package screen

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Action is what a key asks of the program around the screen.
type Action int

// Actions.
const (
	None    Action = iota
	Quit           // end
	Suspend        // go to the background, as Ctrl-Z does in a shell
)

// help is what the keys do.
var help = [][2]string{
	{"↑ ↓ k j", "one row up or down; PgUp PgDn a screen; Home End, g G all"},
	{"enter →", "go into the row: from a group to its tasks, from a task to what could wake it"},
	{"tab", "down to the next row that leads somewhere; after the last one from the first on"},
	{"esc ←", "go back; at the beginning, drop the filter"},
	{"f", "findings: what should be looked at"},
	{"w", "waits-for: which task waits for which, with its cycles"},
	{"1", "groups of tasks that are alike"},
	{"2", "locks and channels that tasks wait for"},
	{"3", "waits-for, as w"},
	{"4", "workers"},
	{"5", "timers: how many waits end by themselves, and when"},
	{"6", "sockets that tasks wait for"},
	{"7", "the longest polls, those that run first, with their stacks"},
	{"t", "take the stacks of the polls that run; the program stands still meanwhile"},
	{"8", "forgotten handles: never closed, and garbage"},
	{"/", "filter: rows that have a text, in any column; enter keeps it, esc drops it"},
	{"s", "sort by the next column; after the last one as the rows come"},
	{"S", "sort the other way round"},
	{"space", "freeze what is shown, and go on; frames that come meanwhile are not shown"},
	{"r", "the next runtime, where the program has several"},
	{"? h", "these keys"},
	{"q ctrl+c", "end; ctrl+z suspends"},
}

// views are those of the digits.
var views = [...]view{groups, objects, waitsFor, workers, timers, sockets, polls, forgotten}

// Press does what a key asks for. Keys have their names of bubbletea: "a", "S", "enter", "up", "ctrl+c"; text is what the key
// types, if anything.
func (s *Screen) Press(key, text string) Action {
	switch {
	case key == "ctrl+c":
		return Quit
	case key == "ctrl+z":
		return Suspend
	case s.isTyping:
		s.edit(key, text)
		return None
	case s.isHelp:
		return s.pressHelp(key)
	}
	switch key {
	case "q":
		return Quit
	case "?", "h":
		s.isHelp, s.helpTop = true, 0
	case "esc", "left", "backspace":
		s.back()
	case "enter", "right":
		s.enter()
	case "/":
		if !s.top().place.view.isPage() {
			s.isTyping, s.typed = true, s.top().filter
		}
	case "s":
		s.sortNext()
	case "S":
		s.top().order.isReversed = !s.top().order.isReversed
	case "space":
		s.isFrozen = !s.isFrozen
		if !s.isFrozen {
			s.shown = s.latest
		}
	case "r":
		s.nextRuntime()
	case "f":
		s.open(findings)
	case "w":
		s.open(waitsFor)
	case "t":
		s.takeStacks()
	default:
		if len(key) == 1 && key[0] >= '1' && int(key[0]-'1') < len(views) {
			s.open(views[key[0]-'1'])
			return None
		}
		s.move(key)
	}
	return None
}

// pressHelp does what a key asks for while the keys are shown.
func (s *Screen) pressHelp(key string) Action {
	switch key {
	case "q":
		return Quit
	case "down", "j":
		s.helpTop++
	case "up", "k":
		s.helpTop--
	case "pgdown":
		s.helpTop += s.bodyHeight()
	case "pgup":
		s.helpTop -= s.bodyHeight()
	default:
		s.isHelp = false
	}
	return None
}

// edit changes the filter.
func (s *Screen) edit(key, text string) {
	l := s.top()
	switch key {
	case "enter":
		s.isTyping = false
	case "esc":
		s.isTyping, l.filter = false, s.typed
	case "backspace":
		_, n := utf8.DecodeLastRuneInString(l.filter)
		l.filter = l.filter[:len(l.filter)-n]
	case "ctrl+u":
		l.filter = ""
	default:
		l.extend(text)
	}
	l.at, l.cursor = 0, ""
}

const maxFilter = 100 // bytes

// extend adds to the filter.
func (l *level) extend(text string) {
	text = strings.ToValidUTF8(text, "")
	if len(l.filter)+len(text) <= maxFilter {
		l.filter += text
	}
}

// Paste adds text to the filter, while it is edited.
func (s *Screen) Paste(text string) {
	if s.isTyping {
		first, _, _ := strings.Cut(text, "\n")
		s.edit("", first)
	}
}

// open shows a view from its beginning, with the filter and the order that it had if it is on the way.
func (s *Screen) open(v view) {
	if s.levels[0].place.view == v {
		s.levels = s.levels[:1]
		return
	}
	s.levels = append(s.levels[:0], level{place: place{view: v}})
}

// back goes back to where the place was entered from.
func (s *Screen) back() {
	l := s.top()
	switch {
	case len(s.levels) > 1:
		s.levels = s.levels[:len(s.levels)-1]
	case l.filter != "":
		l.filter = ""
	case l.place.view != groups:
		s.open(groups)
	}
}

const maxLevels = 100

// enter goes to where the row of the cursor leads.
func (s *Screen) enter() {
	list := s.list()
	at := s.locate(&list)
	if at < 0 || list.rows[at].to == (place{}) {
		return
	}
	s.descend(list.rows[at].to)
}

// descend shows a place from which esc leads back. Tasks that wait for each other lead on and on: of a long way the beginning
// is forgotten.
func (s *Screen) descend(to place) {
	if len(s.levels) == maxLevels {
		s.levels = slices.Delete(s.levels, 1, 2)
	}
	s.levels = append(s.levels, level{place: to})
}

// sortNext sorts by the next column that the screen has room for, and after the last one not at all.
func (s *Screen) sortNext() {
	list := s.list()
	if list.isPage || len(list.rows) == 0 {
		return
	}
	widths := list.layout(s.width - marginWidth)
	o := &s.top().order
	o.isReversed = false
	for o.column++; o.column <= len(widths) && widths[o.column-1] == 0; o.column++ {
	}
	if o.column > len(widths) {
		o.column = 0
	}
}

// nextRuntime shows the next runtime.
func (s *Screen) nextRuntime() {
	if s.shown == nil || len(s.shown.Runtimes) < 2 {
		return
	}
	for i, rt := range s.shown.Runtimes {
		if rt.ID == s.current().ID {
			s.runtime = s.shown.Runtimes[(i+1)%len(s.shown.Runtimes)].ID
			break
		}
	}
	s.levels = s.levels[:1]
}

// move moves the cursor.
func (s *Screen) move(key string) {
	list := s.list()
	at, page := s.locate(&list), max(1, s.rowsHeight(&list)-1)
	switch key {
	case "down", "j":
		at++
	case "up", "k":
		at--
	case "pgdown", "ctrl+f", "ctrl+d":
		at += page
	case "pgup", "ctrl+b", "ctrl+u":
		at -= page
	case "home", "g":
		at = 0
	case "end", "G":
		at = len(list.rows) - 1
	case "tab":
		at = list.nextWay(at)
	default:
		return
	}
	at = min(max(at, 0), len(list.rows)-1)
	if at < 0 {
		return
	}
	l := s.top()
	l.at, l.cursor = at, list.rows[at].key
}

// locate returns the row of the cursor, or -1 of no rows: that with its key, else that at its place.
func (s *Screen) locate(list *list) int {
	l := s.top()
	if at := list.find(l.cursor); at >= 0 && l.cursor != "" {
		l.at = at
	}
	return min(max(l.at, 0), len(list.rows)-1)
}
