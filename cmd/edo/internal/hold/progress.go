package hold

import (
	"fmt"
	"io"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/figures"
)

// longestSilence is how long no line is printed, on something that is no terminal.
const longestSilence = 5 * time.Second

// progress shows how many connections are open: on a terminal in one line that is written
// over, and elsewhere by a line for each tenth of them.
type progress struct {
	out      io.Writer
	terminal bool
	total    int

	printed int           // connections, by the last line
	at      time.Duration // when that was
}

// show tells how many are open after some time.
func (p *progress) show(open int, after time.Duration) {
	switch rate := figures.Thousands(figures.PerSecond(int64(open), max(after, time.Millisecond))); {
	case p.terminal:
		fmt.Fprintf(p.out, "\r\x1b[K%5.1fs  %s of %s connections are open  %s per second",
			after.Seconds(), figures.Thousands(int64(open)), figures.Thousands(int64(p.total)), rate)
	case open*10/p.total > p.printed*10/p.total || after-p.at >= longestSilence:
		fmt.Fprintf(p.out, "%5.1f s  %*s connections are open\n", after.Seconds(),
			len(figures.Thousands(int64(p.total))), figures.Thousands(int64(open)))
		p.printed, p.at = open, after
	}
}

// say tells what goes on after the opening. Elsewhere than on a terminal it is a line.
func (p *progress) say(what string) {
	if p.terminal {
		fmt.Fprintf(p.out, "\r\x1b[K%s", what)
		return
	}
	fmt.Fprintln(p.out, what)
}

// clear removes the line of the terminal.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
