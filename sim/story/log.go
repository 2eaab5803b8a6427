package story

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/events"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// FileVariable is the environment variable that makes every simulation tell its story.
const FileVariable = "EDO_STORY"

// Log is the events of one simulation. The zero Log is ready to be put into the Config of a
// simulation, which begins it anew. It is read when the simulation has ended, or stands
// between two steps.
type Log struct {
	inner events.Log // the only field, see [Log.in]
}

func (l *Log) in() *events.Log { return &l.inner }

// Brief returns a log that has neither lines of the program nor what tasks wait for.
func Brief() *Log { return &Log{events.Log{Brief: true}} }

// Recorder returns l as the driver of a simulation takes it. Package sim calls it.
func (l *Log) Recorder() sched.Recorder {
	if l == nil {
		return nil
	}
	return (*events.Recorder)(l.in())
}

// Event is what happened at one time.
type Event struct {
	// At is the time since the start of the simulation.
	At time.Duration `json:"at"`
	// Kind is spawned, polled, ended, waits, yields, held (another task goes on before its next operation), again (it was woken in its own poll), woken,
	// aborted, fired (a timer has woken it), note, or world: something happened to a host, or between hosts.
	Kind string `json:"kind"`
	// Task is the number of the task that the event is about; 0: it is about none. Tasks are numbered from 1,
	// in the order in which they were spawned.
	Task int `json:"task"`
	// Name is its name.
	Name string `json:"name"`
	// Host is the name of the host that Task belongs to, or that something happened to; empty: none, see
	// package world.
	Host string `json:"host,omitempty"`
	// By is the number of the task that spawned, woke or aborted it, or in whose poll something happened; 0:
	// none did.
	By int `json:"by,omitempty"`
	// Place is the line of the program where By did that, where Task waits, or where it
	// noted something; empty when it is not known.
	Place string `json:"place,omitempty"`
	// What is what Task waits for, or has noted, or what happened.
	What string `json:"what,omitempty"`
}

var kinds = [...]string{
	events.Spawned: "spawned", events.Polled: "polled", events.Ended: "ended", events.Waits: "waits", events.Yielded: "yields",
	events.Again: "again", events.Woken: "woken", events.Aborted: "aborted", events.Fired: "fired", events.Noted: "note", events.HeldUp: "held",
	events.Happened: "world",
}

// Events returns the events in the order in which they happened.
func (l *Log) Events() []Event {
	names := l.in().Names()
	all := l.in().Events()
	out := make([]Event, len(all))
	for i, e := range all {
		out[i] = Event{At: e.At, Kind: kinds[e.Kind], Task: e.Task, Host: e.Host, By: e.By, Place: e.Place, What: e.What}
		if e.Task > 0 {
			out[i].Name = shortName(names[e.Task-1])
		}
	}
	return out
}

// shortName returns a name without the path of its package.
func shortName(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// Note adds words to the story of a task, by the format of package fmt. Without a log, also outside of
// a simulation, it does nothing, and costs some nanoseconds beside its arguments.
func Note(s edo.Spawner, format string, args ...any) {
	src := inside.Source(s)
	if src.Rt == nil || src.Cx == nil || src.Cx.External() {
		return
	}
	d, ok := src.Rt.Driver.(sched.Recorded)
	if !ok {
		return
	}
	if r, ok := d.Recorder().(*events.Recorder); ok && r != nil {
		r.Note(src.Cx.Root(), fmt.Sprintf(format, args...))
	}
}

// WriteFile writes the story to a file: JSON if its name ends in .json, a trace if it ends in
// .trace.json, and otherwise text; on standard error if the name is "-".
func (l *Log) WriteFile(name string) error {
	write := l.WriteText
	switch {
	case name == "-":
		return l.WriteText(os.Stderr)
	case strings.HasSuffix(name, ".trace.json"):
		write = l.WriteTrace
	case strings.HasSuffix(name, ".json"):
		write = l.WriteJSON
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// Text returns what WriteText writes.
func (l *Log) Text() string {
	var b strings.Builder
	l.WriteText(&b)
	return b.String()
}
