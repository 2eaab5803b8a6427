package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// bar shows how far a batch is: on a terminal in one line that is written over, and elsewhere by a
// line for each tenth.
type bar struct {
	out        io.Writer
	isTerminal bool
	total, at  int
	printed    int // tenths
}

func newBar(out io.Writer, total int) *bar {
	b := &bar{out: out, total: total}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		b.isTerminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return b
}

// barWidth is how many characters the bar has.
const barWidth = 40

// show tells how many are done.
func (b *bar) show(n int) {
	b.at = n
	tenths := n * 10 / b.total
	switch {
	case b.isTerminal:
		full := n * barWidth / b.total
		fmt.Fprintf(b.out, "\r\x1b[K[%s%s] %d of %d", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), n, b.total)
	case tenths > b.printed:
		b.printed = tenths
		fmt.Fprintf(b.out, "%d of %d\n", n, b.total)
	}
}

// say prints a line above the bar.
func (b *bar) say(line string) {
	b.clear()
	fmt.Fprintln(b.out, line)
	if b.isTerminal {
		b.show(b.at)
	}
}

// clear removes the bar.
func (b *bar) clear() {
	if b.isTerminal {
		fmt.Fprint(b.out, "\r\x1b[K")
	}
}
