package cell

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/edo-go/edo/cmd/edo/internal/visible"
)

// Width returns how many cells s takes, which visible.Text has returned.
func Width(s string) int {
	if visible.IsPlain(s) {
		return len(s)
	}
	return ansi.StringWidthWc(s)
}

// Cut returns s, by visible.Text, in at most so many cells. What was cut off is marked by an ellipsis.
func Cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	if visible.IsPlain(s) && len(s) <= width {
		return s
	}
	return ansi.TruncateWc(visible.Text(s), width, "…")
}

// Fit returns s, by visible.Text, in exactly so many cells: cut, or with spaces behind it.
func Fit(s string, width int) string {
	s = Cut(s, width)
	return s + strings.Repeat(" ", max(0, width-Width(s)))
}

// FitRight is Fit with the spaces in front.
func FitRight(s string, width int) string {
	s = Cut(s, width)
	return strings.Repeat(" ", max(0, width-Width(s))) + s
}

// Wrap returns s, by visible.Text, as lines of at most so many cells. A line break of s begins a new one, and a tab is four spaces. There is
// at least one line, and at most limit: the last one tells by an ellipsis that there were more.
func Wrap(s string, width, limit int) (lines []string) {
	width = max(width, 1)
	for text := range strings.SplitSeq(strings.ReplaceAll(s, "\t", "    "), "\n") {
		for line := range strings.SplitSeq(ansi.WrapWc(visible.Text(text), width, "/"), "\n") {
			if len(lines) == limit {
				lines[limit-1] = Cut(lines[limit-1]+"……", width)
				return lines
			}
			lines = append(lines, Cut(line, width))
		}
	}
	return lines
}
