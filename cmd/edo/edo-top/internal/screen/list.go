package screen

import (
	"cmp"
	"slices"
	"strings"

	"github.com/edo-go/edo/cmd/edo/edo-top/internal/cell"
	"github.com/edo-go/edo/cmd/edo/internal/visible"
)

// list is what every view is: rows under a head.
type list struct {
	title   string
	note    string // in the line of the title
	columns []column
	rows    []row
	none    string // what is shown without rows
	isPage  bool   // it is about one thing: no head, no order, no filter
}

// column is a column of a list.
type column struct {
	head    string
	isRight bool // numbers, which are sorted from the largest on
	least   int  // cells that it needs
	share   int  // of the room that is left, beside the other shares; 0: it is as wide as its texts
	keep    int  // where there is no room the column with the smallest goes first
}

// row is a row of a list.
type row struct {
	key   string // finds it again in the next frame
	texts []string
	by    []float64 // what numbers are sorted by; nil: as texts
	style cell.Style
	to    place // where enter leads; none: nowhere
}

// order is by which column a list is sorted. The zero value is the order in which its rows come.
type order struct {
	column     int // from 1
	isReversed bool
}

// sort sorts the rows. Rows that are equal stay as they came.
func (l *list) sort(o order) {
	at := o.column - 1
	if at < 0 || at >= len(l.columns) || l.isPage {
		return
	}
	isRight := l.columns[at].isRight
	slices.SortStableFunc(l.rows, func(a, b row) int {
		c := 0
		switch {
		case a.by != nil && b.by != nil && isRight:
			c = cmp.Compare(b.by[at], a.by[at])
		default:
			c = strings.Compare(strings.ToLower(a.texts[at]), strings.ToLower(b.texts[at]))
		}
		if o.isReversed {
			c = -c
		}
		return c
	})
}

// filter keeps the rows that have the text, in any column and in letters of any case.
func (l *list) filter(text string) {
	if text == "" || l.isPage {
		return
	}
	text = strings.ToLower(text)
	l.rows = slices.DeleteFunc(l.rows, func(r row) bool {
		return !strings.Contains(strings.ToLower(strings.Join(r.texts, "\x00")), text)
	})
}

// find returns where the row with a key is, or -1.
func (l *list) find(key string) int {
	return slices.IndexFunc(l.rows, func(r row) bool { return r.key == key })
}

// nextWay returns the next row after a row that leads somewhere, or that row itself if none does.
func (l *list) nextWay(at int) int {
	for step := 1; step <= len(l.rows); step++ {
		if next := (at + step) % len(l.rows); l.rows[next].to != (place{}) {
			return next
		}
	}
	return at
}

const gap = 2 // cells between two columns

// layout returns how wide each column is, so that all together take at most so many cells: 0 is a column that is left out, because
// there is no room, or no text in it.
func (l *list) layout(room int) []int {
	natural, isOut := make([]int, len(l.columns)), make([]bool, len(l.columns))
	for i, c := range l.columns {
		natural[i] = max(c.least, cell.Width(c.head)+1) // with the mark of the order
		isOut[i] = len(l.columns) > 2
		for _, r := range l.rows {
			natural[i] = max(natural[i], cell.Width(visible.Text(r.texts[i])))
			isOut[i] = isOut[i] && r.texts[i] == ""
		}
	}
	for {
		widths, fits := l.share(natural, isOut, room)
		if fits {
			return widths
		}
		worst := -1
		for i, c := range l.columns {
			if !isOut[i] && (worst < 0 || c.keep < l.columns[worst].keep) {
				worst = i
			}
		}
		left := 0
		for _, out := range isOut {
			if !out {
				left++
			}
		}
		if left == 1 { // the last one is cut
			widths[worst] = room
			return widths
		}
		isOut[worst] = true
	}
}

// share gives the columns that are in their widths. It reports whether all of them have the room that they need.
func (l *list) share(natural []int, isOut []bool, room int) (widths []int, fits bool) {
	widths = make([]int, len(natural))
	shares, open := 0, []int{}
	room += gap
	for i, c := range l.columns {
		switch {
		case isOut[i]:
		case c.share == 0:
			widths[i] = natural[i]
			room -= widths[i] + gap
		default:
			open = append(open, i)
			shares += c.share
			room -= gap
		}
	}
	for again := true; again; { // a column that needs less than its share leaves the rest to the others
		again = false
		for k, i := range open {
			if natural[i]*shares <= room*l.columns[i].share {
				widths[i] = natural[i]
				room -= natural[i]
				shares -= l.columns[i].share
				open = slices.Delete(open, k, k+1)
				again = true
				break
			}
		}
	}
	for k, i := range open {
		widths[i] = room * l.columns[i].share / max(shares, 1)
		if k == len(open)-1 {
			widths[i] = room
		}
		room -= widths[i]
		shares -= l.columns[i].share
		if widths[i] < l.columns[i].least {
			return widths, false
		}
	}
	return widths, room >= 0
}

// head returns the line of the heads, with a mark at the one by which the rows are sorted.
func (l *list) head(widths []int, o order) string {
	texts := make([]string, len(l.columns))
	for i, c := range l.columns {
		texts[i] = c.head
		if o.column == i+1 {
			mark := "▴"
			if c.isRight != o.isReversed {
				mark = "▾"
			}
			texts[i] += mark
		}
	}
	return l.line(widths, texts)
}

// line returns texts in their columns.
func (l *list) line(widths []int, texts []string) string {
	var parts []string
	for i, c := range l.columns {
		switch {
		case widths[i] <= 0:
		case c.isRight:
			parts = append(parts, cell.FitRight(texts[i], widths[i]))
		default:
			parts = append(parts, cell.Fit(texts[i], widths[i]))
		}
	}
	return strings.Join(parts, strings.Repeat(" ", gap))
}
