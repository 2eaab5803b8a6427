package story

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/edo-go/edo/internal/events"
)

// WriteJSON writes the events as a JSON array of [Event]. Times are nanoseconds.
func (l *Log) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(l.Events())
}

// traceEvent is an event of a trace.
type traceEvent = events.TraceEvent

// WriteTrace writes the story as a trace in the Trace Event Format, an object with traceEvents.
// Each host of a world is a process, and so is the rest of the simulation. Each task is a thread: its polls
// and waits are slices, a wake or a spawn is an arrow to
// the poll that follows, and notes are instants. What happens to a host is an instant of its process, and
// what happens between hosts one of all. The polls of one instant of the clock follow each
// other by a nanosecond for each event.
func (l *Log) WriteTrace(w io.Writer) error {
	t := &tracer{arrows: map[int]traceEvent{}, waits: map[int]traceEvent{}, processes: map[string]int{}, hosts: l.in().Hosts()}
	t.process("")
	for i, name := range l.in().Names() {
		t.process(t.hosts[i])
		t.add(traceEvent{Name: "thread_name", Phase: "M", Tid: i + 1, Args: map[string]any{"name": shortName(name)}})
	}
	for _, e := range l.Events() {
		t.event(e)
	}
	t.endAll()
	return events.WriteTrace(w, t.out)
}

// tracer makes trace events.
type tracer struct {
	out    []traceEvent
	now    time.Duration
	polled int                // the task whose poll has not returned; 0: none
	begin  int                // the index of the begin of that poll
	waits  map[int]traceEvent // of each task that waits, the begin of the slice
	arrows map[int]traceEvent // that lead to the next poll of a task
	last   int                // the number of the last arrow

	hosts     []string       // of the tasks, by number - 1
	processes map[string]int // of the hosts, by their names
}

// add adds an event of the process of its task, if it has none.
func (t *tracer) add(e traceEvent) {
	switch {
	case e.Pid != 0:
	case e.Tid != 0:
		e.Pid = t.processes[t.hosts[e.Tid-1]]
	default:
		e.Pid = 1
	}
	t.out = append(t.out, e)
}

// process returns the number of the process of a host; "": that of the rest of the simulation.
func (t *tracer) process(host string) int {
	pid := t.processes[host]
	if pid == 0 {
		pid = len(t.processes) + 1
		t.processes[host] = pid
		name := "simulation"
		if host != "" {
			name = "host " + host
		}
		t.add(traceEvent{Name: "process_name", Phase: "M", Pid: pid, Args: map[string]any{"name": name}})
	}
	return pid
}

// addNow adds an event of a task that happens now.
func (t *tracer) addNow(task int, e traceEvent) {
	e.At, e.Tid = t.micros(), task
	t.add(e)
}

// micros returns the time in the unit of the format.
func (t *tracer) micros() float64 { return float64(t.now) / 1000 }

// endPoll ends the slice of the poll that has not returned, if there is one. Its begin gets the result
// too: a reader may take the end for that of another slice when their arguments differ.
func (t *tracer) endPoll(result string) {
	if t.polled != 0 {
		args := map[string]any{"result": result}
		t.out[t.begin].Args = args
		t.addNow(t.polled, traceEvent{Name: "poll", Cat: "poll", Phase: "E", Args: args})
		t.polled = 0
	}
}

// endWait ends the slice of a task that waits.
func (t *tracer) endWait(task int) {
	if e, isOpen := t.waits[task]; isOpen {
		e.Phase = "E"
		t.addNow(task, e)
		delete(t.waits, task)
	}
}

// event adds what e is.
func (t *tracer) event(e Event) {
	t.now = max(e.At, t.now+1)
	switch e.Kind {
	case "polled":
		t.endWait(e.Task)
		t.polled, t.begin = e.Task, len(t.out)
		t.addNow(e.Task, traceEvent{Name: "poll", Cat: "poll", Phase: "B"})
		if from, isThere := t.arrows[e.Task]; isThere {
			t.add(from)
			t.addNow(e.Task, traceEvent{Name: "wake", Cat: "wake", Phase: "f", Bind: "e", ID: from.ID})
			delete(t.arrows, e.Task)
		}
	case "ended", "waits", "yields", "again", "held":
		t.endPoll(e.Kind)
		if e.Kind == "waits" {
			t.waits[e.Task] = traceEvent{Name: cmp.Or(e.What, "waits"), Cat: "wait", Phase: "B", Args: placed(e)}
			t.addNow(e.Task, t.waits[e.Task])
		}
	case "note":
		t.addNow(e.Task, traceEvent{Name: cmp.Or(e.What, "note"), Cat: "note", Phase: "i", Scope: "t", Args: placed(e)})
	case "world":
		i := traceEvent{Name: e.What, Cat: "world", Phase: "i", At: t.micros(), Pid: t.process(e.Host), Scope: "p", Args: placed(e)}
		if e.Host == "" {
			i.Scope = "g"
		}
		t.add(i)
	case "fired":
		t.addNow(e.Task, traceEvent{Name: "timer fired", Cat: "timer", Phase: "i", Scope: "t"})
	default:
		if e.By != t.polled || e.By == 0 {
			t.addNow(e.Task, traceEvent{Name: e.Kind + " from outside", Cat: "wake", Phase: "i", Scope: "t"})
			return
		}
		if _, isWoken := t.arrows[e.Task]; isWoken {
			return
		}
		t.last++
		t.arrows[e.Task] = traceEvent{Name: "wake", Cat: "wake", Phase: "s", At: t.micros(), Tid: e.By, ID: t.last, Args: placed(e)}
	}
}

// endAll ends what goes on at the end, by task. Arrows to tasks that are not polled any more are left
// out.
func (t *tracer) endAll() {
	t.now++
	t.endPoll("has not returned")
	for _, task := range slices.Sorted(maps.Keys(t.waits)) {
		t.endWait(task)
	}
}

// placed returns the place of an event as arguments.
func placed(e Event) map[string]any {
	if e.Place == "" {
		return nil
	}
	return map[string]any{"place": e.Place}
}
