package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/window"
)

// options say what to show.
type options struct {
	field int           // which word of a line is its key, from 1; 0: the whole line
	top   int           // how many keys to show
	per   time.Duration // the length of a window
	rate  int           // lines per second at the most; 0: all
	clear bool          // the output is a terminal, whose screen is cleared for each window
}

// counts are what one window has seen.
type counts struct {
	lines int
	of    map[string]int
}

var counting = window.Fold[string, counts]{
	New: func() counts { return counts{of: map[string]int{}} },
	Add: func(c counts, key string) counts {
		c.lines++
		c.of[key]++
		return c
	},
}

// tail shows the windows of the lines until they end, or the task is cancelled, and returns the
// number of lines of each window.
func tail(task *edo.Task, o options, lines []stream.Stream[string], out io.Writer) (perWindow []int, _ error) {
	keys := stream.FilterMap(stream.Merge(lines...), o.key)
	if o.rate > 0 {
		keys = keys.RateLimit(o.rate, time.Second, o.rate)
	}
	var start time.Time
	for w, err := range stream.All(task, window.ByClock(keys, window.Tumbling(o.per), counting)) {
		if err != nil {
			return perWindow, err
		}
		for ; !start.IsZero() && start.Before(w.Start); start = start.Add(o.per) {
			perWindow = append(perWindow, 0) // a window without a line is not given
		}
		start = w.End
		perWindow = append(perWindow, w.Value.lines)
		if _, err := io.WriteString(out, o.screen(w)); err != nil {
			return perWindow, err
		}
	}
	return perWindow, nil
}

// key returns the word of the line that is counted.
func (o options) key(line string) (string, bool) {
	if o.field == 0 {
		return line, line != ""
	}
	words := strings.Fields(line)
	if len(words) < o.field {
		return "", false
	}
	return words[o.field-1], true
}

// screen returns the text for a window: the keys that came most often, the first in the alphabet
// before others that came as often.
func (o options) screen(w window.Window[counts]) string {
	var b strings.Builder
	if o.clear {
		b.WriteString("\x1b[H\x1b[2J")
	}
	fmt.Fprintf(&b, "%s  %d lines\n", w.Start.UTC().Format(time.TimeOnly), w.Value.lines)
	keys := slices.SortedFunc(maps.Keys(w.Value.of), func(a, b string) int {
		return cmp.Or(w.Value.of[b]-w.Value.of[a], cmp.Compare(a, b))
	})
	for _, key := range keys[:min(o.top, len(keys))] {
		fmt.Fprintf(&b, "%7d  %s\n", w.Value.of[key], key)
	}
	return b.String()
}
