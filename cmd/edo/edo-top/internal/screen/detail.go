package screen

import (
	"strings"

	"github.com/edo-go/edo/cmd/edo/edo-top/internal/cell"
	"github.com/edo-go/edo/cmd/edo/internal/visible"
)

// What a row of a list has no room for is below the list, for the row of the cursor. The lines for it do not depend on that row:
// the list does not move under the cursor.

// detailHeight returns how many lines are below the rows of a list: none where all texts have room.
func (s *Screen) detailHeight(l *list) int {
	most := 0
	switch {
	case s.height >= 30:
		most = 6
	case s.height >= 20:
		most = 4
	case s.height >= 12:
		most = 2
	}
	if most == 0 || l.isPage {
		return 0
	}
	widths, need := l.layout(s.width-marginWidth), 0
	for i := range l.rows {
		need = max(need, len(s.detail(l, widths, i, most)))
		if need == most {
			break
		}
	}
	return need
}

// detail returns the texts of a row that are cut, or have no column, in at most so many lines.
func (s *Screen) detail(l *list, widths []int, at, most int) (lines []string) {
	var parts []string
	for i, text := range l.rows[at].texts {
		if text != "" && cell.Width(visible.Text(text)) > widths[i] {
			parts = append(parts, strings.ToLower(l.columns[i].head)+": "+text)
		}
	}
	for i, part := range parts {
		left := most - len(lines) - (len(parts) - 1 - i) // each of the others has a line
		if left <= 0 {
			break
		}
		lines = append(lines, cell.Wrap(part, s.width-marginWidth, left)...)
	}
	return lines
}

// detailLines returns the lines below the rows of a list.
func (s *Screen) detailLines(l *list) (lines []string) {
	high, at := s.detailHeight(l), s.locate(l)
	if high == 0 || at < 0 {
		return nil
	}
	margin := cell.Cut("… ", s.width)
	for _, line := range s.detail(l, l.layout(s.width-marginWidth), at, high) {
		lines = append(lines, margin+cell.Bold.On(cell.Cut(line, s.width-marginWidth)))
		margin = cell.Cut("  ", s.width)
	}
	return lines
}
