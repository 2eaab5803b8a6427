package events

import (
	"slices"
	"time"
	"unsafe"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// Kind is what an event says.
type Kind uint8

const (
	Spawned  Kind = iota // Task was spawned by By
	Polled               // a poll of Task begins
	Ended                // the poll of Task has ended: the task has ended
	Waits                // the task waits, for What
	Yielded              // the task lets others run
	Again                // the task was woken in its poll
	Woken                // Task was woken by By
	Aborted              // Task was cancelled by By
	Fired                // a timer has woken Task
	Noted                // Task says What
	HeldUp               // the poll ends before an operation at Place: another task is next
	Happened             // What happened to Host, or between hosts; in the poll of By, if there is one
)

// Event is one event. Tasks have numbers, from 1 in the order in which they come into the log; 0 is
// none: something outside of a poll. A place is that of By, or of Task where there is no By.
type Event struct {
	At    time.Duration // since the start of the simulation
	Kind  Kind
	Task  int
	By    int
	Place string // "": not known
	What  string
	Host  string // the name of that of Task, or to which something happened; "": none
}

// Log records the events of one simulation. Its worker alone uses it until that has ended.
type Log struct {
	// Brief leaves out places, and what tasks wait for.
	Brief bool

	rt      *sched.Runtime
	events  []entry
	texts   []text
	heldUp  text // where the poll was held up; no words: it was not
	numbers map[*sched.Task]int
	names   []core.TaskName // of the tasks, by number - 1
	hosts   []string        // to which they belong
	polled  *sched.Task     // whose poll has not returned; nil: none
	recent  [64]numbered    // tasks of the last events, by their addresses: faster than the map
}

// numbered is a task and its number.
type numbered struct {
	task *sched.Task
	n    int
}

// entry is an Event in the log; text is an index in the texts, + 1.
type entry struct {
	at       int64
	task, by int32
	text     int32
	kind     Kind
}

// text is the place and the words of an event, and the host that it happened to.
type text struct{ place, what, host string }

// Events returns the events, in the order in which they happened.
func (l *Log) Events() []Event {
	out := make([]Event, len(l.events))
	for i, e := range l.events {
		out[i] = Event{At: time.Duration(e.at), Kind: e.kind, Task: int(e.task), By: int(e.by)}
		if e.task != 0 {
			out[i].Host = l.hosts[e.task-1]
		}
		if e.text != 0 {
			x := l.texts[e.text-1]
			out[i].Place, out[i].What = x.place, x.what
			if e.task == 0 {
				out[i].Host = x.host
			}
		}
	}
	return out
}

// Names returns the names of the tasks, by number - 1.
func (l *Log) Names() []string {
	out := make([]string, len(l.names))
	for i, n := range l.names {
		out[i] = n.String()
	}
	return out
}

// Hosts returns the names of the hosts that the tasks belong to, by number - 1; "" is none.
func (l *Log) Hosts() []string { return slices.Clone(l.hosts) }

// number returns the number of t; 0 of nil.
func (l *Log) number(t *sched.Task) int {
	if t == nil {
		return 0
	}
	r := &l.recent[uintptr(unsafe.Pointer(t))/unsafe.Sizeof(*t)%uintptr(len(l.recent))]
	if r.task == t {
		return r.n
	}
	n, ok := l.numbers[t]
	if !ok {
		if l.numbers == nil {
			l.numbers = map[*sched.Task]int{}
		}
		n = len(l.numbers) + 1
		l.numbers[t] = n
		l.names = append(l.names, core.TaskNameOf(t))
		l.hosts = append(l.hosts, core.HostOf(t))
	}
	*r = numbered{t, n}
	return n
}

// add adds an event.
func (l *Log) add(k Kind, task, by *sched.Task, x text) {
	e := entry{at: l.rt.Driver().Now(), kind: k, by: int32(l.number(by)), task: int32(l.number(task))}
	if x != (text{}) {
		l.texts = append(l.texts, x)
		e.text = int32(len(l.texts))
	}
	l.events = append(l.events, e)
}
