package screen

import (
	"fmt"
	"strings"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/figures"
	"github.com/edo-go/edo/console"
)

// thousands writes n with commas.
func thousands[N int | int64 | uint64](n N) string { return figures.Thousands(int64(n)) }

// size writes a number of bytes.
func size(n uint64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d kB", n/1000)
}

// span writes a time in two or three digits.
func span(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// millis writes a time of a frame.
func millis(m console.Millis) string {
	return span(time.Duration(float64(m) * float64(time.Millisecond)))
}

// since writes how long something was so at a time; "" when its beginning is not known.
func since(from, to time.Time) string {
	switch d := to.Sub(from); {
	case from.Unix() <= 0:
		return ""
	case d < time.Millisecond:
		return "now"
	default:
		return span(d)
	}
}

// clock writes a time of the day.
func (s *Screen) clock(t time.Time) string { return t.In(s.zone).Format(time.TimeOnly) }

// estimate writes a number of tasks of a round, which is an estimate while some were not asked.
func estimate(rt *console.Runtime, n int) string {
	if rt.Round.Whole || rt.Round.Asked == 0 {
		return thousands(n)
	}
	return "≈" + thousands(int64(float64(n)*float64(rt.Round.Listed)/float64(rt.Round.Asked)))
}

// roundText says of which tasks the numbers are.
func roundText(r *console.Round) string {
	text := fmt.Sprintf("tasks that have waited: all %s, asked within %s", thousands(r.Asked), millis(r.Took))
	if !r.Whole {
		text = fmt.Sprintf("tasks that have waited: a sample, %s of %s", thousands(r.Asked), thousands(r.Listed))
	}
	if r.Next > 0 {
		text += fmt.Sprintf(", next round %.0f %%", 100*r.Next)
	}
	if r.Busy {
		text += ", a poll that does not return keeps tasks from being asked"
	}
	return text
}

// levelWord is the word for the level of a finding.
func levelWord(level string) string {
	if level == "fault" {
		return "FAULT"
	}
	return "WARN"
}

// either joins what a task or group waits for.
func either(waits []string) string { return strings.Join(waits, "; or ") }
