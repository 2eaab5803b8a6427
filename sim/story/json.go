package story

import (
	"bufio"
	"encoding/json"
	"io"
	"time"
)

// WriteJSON writes the events as a JSON array of [Event]. Times are nanoseconds.
func (l *Log) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(l.Events())
}

// traceEvent is an event of the Trace Event Format, which the tools of Chrome define and Perfetto
// reads. Times are microseconds.
type traceEvent struct {
	Name  string         `json:"name"`
	Cat   string         `json:"cat,omitempty"`
	Phase string         `json:"ph"`
	At    float64        `json:"ts"`
	Dur   *float64       `json:"dur,omitempty"`
	Pid   int            `json:"pid"`
	Tid   int            `json:"tid"`
	ID    int            `json:"id,omitempty"`
	Bind  string         `json:"bp,omitempty"`
	Scope string         `json:"s,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
}

// WriteTrace writes the story as a trace in the Trace Event Format, an object with traceEvents.
// Each task is a thread: its polls and waits are slices, a wake or a spawn is an arrow to
// the poll that follows, and notes are instants. The polls of one instant of the clock follow each
// other by a nanosecond for each event.
func (l *Log) WriteTrace(w io.Writer) error {
	t := &tracer{flows: map[int]int{}, waits: map[int]*traceEvent{}}
	for i, name := range l.in().Names() {
		t.add(traceEvent{Name: "thread_name", Phase: "M", Tid: i + 1, Args: map[string]any{"name": shortName(name)}})
	}
	for _, e := range l.Events() {
		t.event(e)
	}
	t.closeAll()
	b := bufio.NewWriter(w)
	err := json.NewEncoder(b).Encode(map[string]any{"traceEvents": t.out, "displayTimeUnit": "ns"})
	if err != nil {
		return err
	}
	return b.Flush()
}

// tracer makes trace events.
type tracer struct {
	out   []traceEvent
	now   time.Duration
	poll  *traceEvent         // the poll that has not returned
	waits map[int]*traceEvent // of each task that waits
	flows map[int]int         // the arrow that leads to the next poll of a task
	last  int                 // the number of the last arrow
}

func (t *tracer) add(e traceEvent) {
	e.Pid = 1
	t.out = append(t.out, e)
}

// micros returns a time in the unit of the format.
func micros(d time.Duration) float64 { return float64(d) / 1000 }

// close adds a slice that ends now.
func (t *tracer) close(e *traceEvent) {
	if e == nil {
		return
	}
	d := micros(t.now) - e.At
	e.Dur = &d
	t.add(*e)
}

// event adds what e is.
func (t *tracer) event(e Event) {
	t.now = max(e.At, t.now+1)
	switch e.Kind {
	case "polled":
		t.close(t.waits[e.Task])
		delete(t.waits, e.Task)
		t.poll = &traceEvent{Name: "poll", Cat: "poll", Phase: "X", At: micros(t.now), Tid: e.Task}
		if id := t.flows[e.Task]; id != 0 {
			t.add(traceEvent{Name: "wake", Cat: "wake", Phase: "f", Bind: "e", At: micros(t.now), Tid: e.Task, ID: id})
			delete(t.flows, e.Task)
		}
	case "ended", "waits", "yields", "again", "held":
		if t.poll != nil {
			t.poll.Args = map[string]any{"result": e.Kind}
			t.close(t.poll)
			t.poll = nil
		}
		if e.Kind == "waits" {
			name := "waits"
			if e.What != "" {
				name = e.What
			}
			t.waits[e.Task] = &traceEvent{Name: name, Cat: "wait", Phase: "X", At: micros(t.now), Tid: e.Task, Args: placed(e)}
		}
	case "note":
		t.add(traceEvent{Name: e.What, Cat: "note", Phase: "i", Scope: "t", At: micros(t.now), Tid: e.Task, Args: placed(e)})
	case "fired":
		t.add(traceEvent{Name: "timer fired", Cat: "timer", Phase: "i", Scope: "t", At: micros(t.now), Tid: e.Task})
	default:
		if e.By == 0 {
			t.add(traceEvent{Name: e.Kind + " from outside", Cat: "wake", Phase: "i", Scope: "t", At: micros(t.now), Tid: e.Task})
			return
		}
		if t.flows[e.Task] != 0 { // it was woken before
			return
		}
		t.last++
		t.flows[e.Task] = t.last
		t.add(traceEvent{Name: "wake", Cat: "wake", Phase: "s", At: micros(t.now), Tid: e.By, ID: t.last, Args: placed(e)})
	}
}

// closeAll ends the waits that go on at the end, by task.
func (t *tracer) closeAll() {
	t.now++
	t.close(t.poll)
	for task := 1; len(t.waits) != 0; task++ {
		if e := t.waits[task]; e != nil {
			t.close(e)
			delete(t.waits, task)
		}
	}
}

// placed returns the place of an event as arguments.
func placed(e Event) map[string]any {
	if e.Place == "" {
		return nil
	}
	return map[string]any{"place": e.Place}
}
