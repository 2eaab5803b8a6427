package screen

import (
	"fmt"
	"strings"

	"github.com/edo-go/edo/cmd/edo/internal/visible"
)

// unlimited is a width that no table has.
const unlimited = 1 << 16

// Text returns what is known by the last frame as plain text, for a file or a pipe: the findings, and of each runtime the
// numbers and the groups of its tasks. Lines are as long as their texts.
func (s *Screen) Text() string {
	var b strings.Builder
	f := s.shown
	if f == nil {
		return "no frame has come\n"
	}
	p := &f.Program
	fmt.Fprintf(&b, "%s, process %d, %s, at %s\n", visible.Text(p.Name), p.PID, visible.Text(p.Go), s.clock(f.Time))
	for i := range f.Findings {
		one := &f.Findings[i]
		fmt.Fprintf(&b, "%-5s %-9s %s", levelWord(one.Level), visible.Text(one.Kind), visible.Text(one.Text))
		if long := since(one.Since, f.Time); long != "" {
			fmt.Fprintf(&b, ", for %s", long)
		}
		b.WriteByte('\n')
	}
	if len(f.Runtimes) == 0 {
		b.WriteString("no runtime of edo runs in this process\n")
	}
	width := s.width
	s.width = unlimited
	for i := range f.Runtimes {
		rt := &f.Runtimes[i]
		s.runtime = rt.ID
		l := s.groups(rt)
		widths := l.layout(unlimited)
		fmt.Fprintf(&b, "\n%s\n%s: %s\n", s.numbers(), l.title, l.note)
		if len(l.rows) == 0 {
			b.WriteString(l.none + "\n")
			continue
		}
		fmt.Fprintln(&b, strings.TrimRight(l.head(widths, order{}), " "))
		for k := range l.rows {
			fmt.Fprintln(&b, strings.TrimRight(l.line(widths, l.rows[k].texts), " "))
		}
	}
	s.width = width
	return b.String()
}
