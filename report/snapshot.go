package report

import (
	"fmt"
	"strings"
	"time"
)

// Snapshot is what the tasks of a runtime do at one time.
type Snapshot struct {
	Time  time.Time `json:"time"` // on the clock of the runtime
	Tasks []Task    `json:"tasks"`

	// Cycles are cycles of waits: each task waits for the next, and the last for the
	// first, so none of them can go on. A cycle is the indexes of its tasks in Tasks.
	// There is one for each set of tasks that block only each other; further tasks may
	// wait for these. The tasks were held still while the cycle was confirmed. So it is
	// certain, unless a goroutine that is no task ends a wait, or the tasks are
	// cancelled.
	Cycles [][]int `json:"cycles,omitempty"`

	// Unlisted says that there are tasks that are not in Tasks: without
	// edo.Config.Trace a task that has never waited is not listed. Unlisted is known
	// only while all workers are idle.
	Unlisted bool `json:"unlisted,omitempty"`

	// Busy says that the tasks could not be asked for their waits: on a current-thread
	// runtime, or in the simulator, a poll does not return.
	Busy bool `json:"busy,omitempty"`
}

// Task is what one task does.
type Task struct {
	// ID numbers the tasks in the order in which they were spawned, from 1; 0 without
	// edo.Config.Trace.
	ID uint64 `json:"id,omitempty"`
	// Parent is the ID of the task that spawned this one; 0: none, or not known.
	Parent uint64 `json:"parent,omitempty"`
	// Name is the name that the spawner gave, or that of the task's function, or the
	// type of its future. Without edo.Config.Trace a task that runs, and was given no
	// name, is "(running)".
	Name string `json:"name"`
	// Spawned is the place of the spawn as file:line, relative to the module of the
	// program, or to the working directory in it; empty without edo.Config.Trace.
	Spawned string `json:"spawned,omitempty"`
	// State is waiting, runnable or running. A blocking task is running while it calls
	// code other than edo's.
	State string `json:"state"`
	// Cancelled says that the task was cancelled.
	Cancelled bool `json:"cancelled,omitempty"`
	// Waits is what the task waits for: the end of any of them may wake it. It may be
	// empty for futures that were written by hand.
	Waits []Wait `json:"waits,omitempty"`
}

// String returns s as lines of text. Below each task, indented, are the tasks that it has
// spawned.
//
// Up to twelve tasks are shown one by one; tasks without an ID share their lines if these
// are equal. Of more than twelve, tasks whose names, spawn places and waits differ only in
// numbers, such as an address, are one line, with the number of tasks and the ranges of
// the numbers:
//
//	299 × main.(*server).handle: socket: read from 127.0.0.1:40000…60010, at 127.0.0.1:80
//
// At most fifty groups of tasks are shown, the largest; a line counts the tasks that are
// left out. Cycles of waits come last.
func (s Snapshot) String() string { return s.Text() + "\n" }

// Text returns s as String does, without the last line break.
func (s Snapshot) Text() string {
	lines := linesOf(len(s.Tasks), s.each)
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

// maxCycles is how many cycles a text shows.
const maxCycles = 4

// cycleLines returns a line for each cycle.
func (s Snapshot) cycleLines() (lines []string) {
	for _, cycle := range s.Cycles[:min(len(s.Cycles), maxCycles)] {
		lines = append(lines, cycleText(len(cycle), func(i int) *Task { return &s.Tasks[cycle[i]] }))
	}
	if more := len(s.Cycles) - maxCycles; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more cycles of waits", more))
	}
	return lines
}

// Remaining returns one line about the tasks that have not ended since an event ("the
// signal 1 s ago"): their number, what they do, and the way to end them.
func (s Snapshot) Remaining(since, way string) string {
	if len(s.Tasks) == 0 {
		return fmt.Sprintf("edo: tasks have not ended since %s: they run, and have never waited; Config.Trace names them; %s", since, way)
	}
	return remainingText(len(s.Tasks), s.each, since, way)
}

// each yields the tasks, one after the other.
func (s Snapshot) each(yield func(*Task) bool) {
	for i := range s.Tasks {
		if !yield(&s.Tasks[i]) {
			return
		}
	}
}

// Waiting is the State of a task that waits.
const Waiting = "waiting"
