package edo

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/edo-go/edo/internal/report"
)

// Dump writes what the tasks of the program do, as text: what they wait for, which tasks
// could end that, and with [Config.Trace] where each was spawned, and by which. Tasks
// that are alike are one line, with how many there are, so that the text of a million
// tasks has some dozens of lines: see [Snapshot.String]. Dump may be called at any time,
// from any goroutine: by a signal handler, an HTTP handler, a test that hangs. Several
// runtimes come in the order in which they were made. See [Runtime.Snapshot].
func Dump(w io.Writer) error {
	all := snapshots()
	for i, s := range all {
		head := ""
		if len(all) > 1 {
			head = fmt.Sprintf("runtime %d of %d:\n", i+1, len(all))
		}
		if _, err := io.WriteString(w, head+s.String()); err != nil {
			return err
		}
	}
	return nil
}

// DumpJSON writes what [Dump] does as JSON, each task by itself: an array with a
// [Snapshot] for each runtime.
func DumpJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(snapshots())
}

// snapshots returns those of all runtimes.
func snapshots() []Snapshot {
	all := []Snapshot{}
	for _, rt := range runtimes.list() {
		all = append(all, rt.Snapshot())
	}
	return all
}

// String returns s as lines of text. Below each task, indented, are those that it has
// spawned.
//
// Up to twelve tasks are shown each by itself; those without an ID that would give the
// same lines are one line. Of more than twelve, tasks with the same name, spawn place and
// waits, but for numbers such as an address, are one line, with how many there are and
// the ranges of the numbers:
//
//	299 × main.(*server).handle: socket: read from 127.0.0.1:40000…60010, at 127.0.0.1:80
//
// At the most fifty lines or groups of lines are shown, those of the most tasks, and how
// many tasks there are beyond. Cycles of waits come last.
func (s Snapshot) String() string { return s.text() + "\n" }

// text returns s as lines of text.
func (s Snapshot) text() string {
	lines := report.Text(len(s.Tasks), s.each)
	if len(s.Tasks) == 0 && !s.Unlisted {
		lines = append(lines, "no task waits")
	}
	if s.Busy {
		lines = append(lines, "a poll that does not return keeps the tasks from being asked what they wait for")
	}
	if s.Unlisted {
		lines = append(lines, "tasks that have never waited are not in the list: Config.Trace adds them")
	}
	return strings.Join(append(lines, s.cycleLines()...), "\n")
}

// maxCycles is how many cycles a text tells.
const maxCycles = 4

// cycleLines returns the cycles, a line for each.
func (s Snapshot) cycleLines() (lines []string) {
	for _, cycle := range s.Cycles[:min(len(s.Cycles), maxCycles)] {
		lines = append(lines, report.CycleText(len(cycle), func(i int) *report.Task {
			var t report.Task
			s.Tasks[cycle[i]].fill(&t)
			return &t
		}))
	}
	if more := len(s.Cycles) - maxCycles; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more cycles of waits", more))
	}
	return lines
}

// remaining returns, in one line, how many tasks have not ended since something happened
// ("the signal 1 s ago"), what they do, and what ends them.
func (s Snapshot) remaining(since, way string) string {
	if len(s.Tasks) == 0 {
		return fmt.Sprintf("edo: tasks have not ended since %s: they run, and have never waited; Config.Trace names them; %s", since, way)
	}
	return report.Remaining(len(s.Tasks), s.each, since, way)
}

// each gives the tasks, one after the other in the same place.
func (s Snapshot) each(yield func(*report.Task) bool) {
	var t report.Task
	for i := range s.Tasks {
		s.Tasks[i].fill(&t)
		if !yield(&t) {
			return
		}
	}
}

// fill makes t what i is.
func (i *TaskInfo) fill(t *report.Task) {
	waits := t.Waits[:0]
	for _, w := range i.Waits {
		waits = append(waits, report.Wait(w))
	}
	*t = report.Task{ID: i.ID, Parent: i.Parent, Name: i.Name, Spawned: i.Spawned, State: i.State, Cancelled: i.Cancelled, Waits: waits}
}
