package hold

import (
	"strings"
	"testing"
	"time"
)

func TestProgressInAPipeIsALineForEachTenth(t *testing.T) {
	var out strings.Builder
	p := progress{out: &out, total: 1000}
	for i := range 101 {
		p.show(i*10, time.Duration(i)*10*time.Millisecond)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 10 || lines[0] != "0.1 s    100 connections are open" || lines[9] != "  1.0 s  1,000 connections are open" {
		t.Errorf("got %d lines:\n%s", len(lines), out.String())
	}
}

func TestProgressInAPipeThatStandsStillIsToldAfterSomeTime(t *testing.T) {
	var out strings.Builder
	p := progress{out: &out, total: 1000}
	for i := range 60 {
		p.show(7, time.Duration(i)*200*time.Millisecond)
	}
	if got := strings.Count(out.String(), "      7 connections are open\n"); got != 2 {
		t.Errorf("%d lines in 12 seconds:\n%s", got, out.String())
	}
}

func TestProgressOnATerminalIsOneLine(t *testing.T) {
	var out strings.Builder
	p := progress{out: &out, terminal: true, total: 1000}
	p.show(0, 0)
	p.show(500, 250*time.Millisecond)
	p.say("idle")
	p.clear()
	want := "\r\x1b[K  0.0s  0 of 1,000 connections are open  0 per second" +
		"\r\x1b[K  0.2s  500 of 1,000 connections are open  2,000 per second" +
		"\r\x1b[Kidle\r\x1b[K"
	if got := out.String(); got != want {
		t.Errorf("got %q", got)
	}
}
