package story

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// A turn is one poll of a task, with all that it did, or something that happened outside of a
// poll.
type turn struct {
	event Event // of the poll, or what happened
	why   string
	did   []string
	ended Event // how the poll ended; of no kind: it has not
}

// turns returns the turns of a log, in order. Why a task is polled is a part of its turn: that it
// was woken is no turn of its own, unless that was from outside.
func turns(all []Event) (out []*turn) {
	var current *turn // the poll that has not returned
	why := map[int]string{}
	labels := map[int]string{}
	for _, e := range all {
		labels[e.Task] = e.label()
	}
	for _, e := range all {
		switch e.Kind {
		case "polled":
			current = &turn{event: e, why: why[e.Task]}
			delete(why, e.Task)
			out = append(out, current)
		case "ended", "waits", "yields", "again", "held":
			if current != nil {
				current.ended = e
				current = nil
			}
		case "note":
			if current != nil {
				current.did = append(current.did, "notes "+e.What+at(e.Place))
			}
		case "fired":
			why[e.Task] = "its timer fired"
		case "world":
			t := &turn{event: e}
			if e.By != 0 {
				t.why = "by " + labels[e.By] + at(e.Place)
			}
			out = append(out, t)
		default:
			verb := map[string]string{"spawned": "spawns", "woken": "wakes", "aborted": "aborts"}[e.Kind]
			by := "from outside"
			if e.By != 0 {
				by = "by " + labels[e.By] + at(e.Place)
			}
			if why[e.Task] == "" || e.Kind == "aborted" {
				why[e.Task] = e.Kind + " " + by
			}
			if current != nil && e.By == current.event.Task {
				current.did = append(current.did, verb+" "+labels[e.Task]+at(e.Place))
			} else {
				out = append(out, &turn{event: e})
			}
		}
	}
	return out
}

// label names what an event is about.
func (e Event) label() string {
	switch {
	case e.Kind != "world" && e.Host == "":
		return fmt.Sprintf("#%d %s", e.Task, e.Name)
	case e.Kind != "world":
		return fmt.Sprintf("#%d %s on %s", e.Task, e.Name, e.Host)
	case e.Host != "":
		return "host " + e.Host
	}
	return "network"
}

// at returns a place with its preposition.
func at(place string) string {
	if place == "" {
		return ""
	}
	return " at " + place
}

// line returns a turn as one line, without its time.
func (t *turn) line() string {
	label := t.event.label()
	switch t.event.Kind {
	case "polled":
	case "world":
		if t.why != "" {
			return label + ": " + t.event.What + ", " + t.why
		}
		return label + ": " + t.event.What
	default:
		return label + ": " + t.event.Kind + " from outside"
	}
	parts := t.did
	if t.why != "" {
		parts = append([]string{t.why}, parts...)
	}
	switch e := t.ended; {
	case e.Kind == "waits" && e.What != "":
		parts = append(parts, "waits for "+e.What+at(e.Place))
	case e.Kind == "held":
		parts = append(parts, "is held up before its operation"+at(e.Place))
	case e.Kind == "again":
		parts = append(parts, "has woken itself")
	case e.Kind == "ended":
		parts = append(parts, "ends")
	case e.Kind != "":
		parts = append(parts, e.Kind)
	default:
		parts = append(parts, "has not returned")
	}
	return label + ": " + strings.Join(parts, "; ")
}

// WriteText writes the story as text: first by time, one line for each poll, and then by task.
func (l *Log) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	all := turns(l.Events())
	fmt.Fprintln(b, "by time:")
	for _, t := range all {
		fmt.Fprintf(b, "%8v  %s\n", t.event.At, t.line())
	}
	fmt.Fprintln(b, "by task:")
	for task := range l.in().Names() {
		isFirst := true
		for _, t := range all {
			if t.event.Task != task+1 {
				continue
			}
			label, rest, _ := strings.Cut(t.line(), ": ")
			if isFirst {
				fmt.Fprintf(b, "  %s\n", label)
				isFirst = false
			}
			fmt.Fprintf(b, "%8v  %s\n", t.event.At, rest)
		}
	}
	return b.Flush()
}
