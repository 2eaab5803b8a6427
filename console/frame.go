package console

import (
	"time"

	"github.com/edo-go/edo/report"
)

// Frame is what a console knows of the program at one moment. Its size does not depend on how many
// tasks there are.
type Frame struct {
	Time     time.Time `json:"time"`
	Number   uint64    `json:"number"` // counts the frames since the program began
	Program  Program   `json:"program"`
	Runtimes []Runtime `json:"runtimes"` // the oldest first, 16 at the most
	Findings []Finding `json:"findings"` // the worst first

	Forgotten    []Forgotten `json:"forgotten"`    // what the collector has found last, the newest first
	ForgottenAll uint64      `json:"forgottenAll"` // how often, ever
	OpenHandles  int64       `json:"openHandles"`  // that the collector watches: neither closed nor found

	Recording bool    `json:"recording"` // the timeline is recorded
	Readers   int     `json:"readers"`
	Cost      float64 `json:"cost"` // of looking, as a share of one processor, on the average
}

// Program is what runs.
type Program struct {
	Name       string    `json:"name"`
	PID        int       `json:"pid"`
	Go         string    `json:"go"`
	Began      time.Time `json:"began"` // when the first reader came, or before
	Goroutines int       `json:"goroutines"`
	Heap       uint64    `json:"heap"`   // bytes of objects
	Memory     uint64    `json:"memory"` // bytes from the system
	GC         uint64    `json:"gc"`     // cycles of the collector
}

// Runtime is what one runtime does.
type Runtime struct {
	ID      int            `json:"id"`
	Metrics report.Metrics `json:"metrics"`
	Round   Round          `json:"round"`

	Groups    []Group  `json:"groups"`    // of tasks that are alike, the largest first
	LeftOut   int      `json:"leftOut"`   // tasks of the round in other groups
	Objects   []Object `json:"objects"`   // what tasks wait for, with the most waiting tasks first
	Sockets   []Socket `json:"sockets"`   // what tasks wait for at sockets
	Deadlines []int    `json:"deadlines"` // how many waits end by themselves within each of [DeadlineSteps]
	Workers   []Worker `json:"workers"`
	Polls     []Poll   `json:"polls"` // the longest that were seen
	Graph     Graph    `json:"graph"`
	Cycles    []Cycle  `json:"cycles"`

	isTraced bool // edo.Config.Trace
}

// Round says of which tasks the numbers of the groups, objects, sockets and deadlines are. All
// tasks are asked in turn; a large number of them takes several frames.
type Round struct {
	Began  time.Time `json:"began"`
	Took   Millis    `json:"took"`
	Listed int       `json:"listed"` // tasks that there were when it began
	Asked  int       `json:"asked"`  // tasks of the numbers
	Whole  bool      `json:"whole"`  // all tasks were asked; otherwise some, all over the runtime
	Next   float64   `json:"next"`   // the share of the next round that is done
	Busy   bool      `json:"busy,omitempty"`
}

// Millis is a time in milliseconds.
type Millis float64

func millis(d time.Duration) Millis { return Millis(d.Microseconds()) / 1000 }

// Group is tasks that are alike.
type Group struct {
	report.Group
	Since time.Time `json:"since"` // when it was seen first
	Tasks []TaskRef `json:"tasks"` // some of them
}

// TaskRef leads to a task: see [Handler]. The number 0 leads to none.
type TaskRef struct {
	Ref  uint64 `json:"ref"`
	Name string `json:"name"`
}

// Object is a channel, a lock or another thing that tasks wait for.
type Object struct {
	Number  int       `json:"number"` // the same in each frame
	Kind    string    `json:"kind"`   // "lock: mutex", "mpsc"
	State   string    `json:"state"`  // its depth and capacity, as its waits tell them
	Full    bool      `json:"full,omitempty"`
	Waiting int       `json:"waiting"`
	Waits   []OpCount `json:"waits"` // by operation
	By      []string  `json:"by,omitempty"`
	Holders []Holder  `json:"holders,omitempty"`
	Tasks   []TaskRef `json:"tasks"` // some that wait
	Since   time.Time `json:"since"` // when a task was first seen to wait for it

	// Chain is, of one that is full, what its receiver waits for, and so on to a task that waits for
	// none of these. End is that task.
	Chain string  `json:"chain,omitempty"`
	End   TaskRef `json:"end"`
}

// OpCount is how many tasks wait in one operation.
type OpCount struct {
	Op    string `json:"op"`
	Tasks int    `json:"tasks"`
}

// Holder is a task that holds an object, or that may end waits for it.
type Holder struct {
	TaskRef
	Place string `json:"place,omitempty"` // where it took the object; with edo.Config.Trace
	Holds bool   `json:"holds"`           // otherwise it has used it last
}

// Socket is how many tasks wait in one operation on sockets of one local address.
type Socket struct {
	Op    string `json:"op"`
	Local string `json:"local,omitempty"`
	Tasks int    `json:"tasks"`
}

// DeadlineSteps are the times from now of Runtime.Deadlines; the last one of these counts the rest.
var DeadlineSteps = [...]time.Duration{
	10 * time.Millisecond, 100 * time.Millisecond, time.Second, 10 * time.Second, time.Minute, 10 * time.Minute, time.Hour,
}

// Worker is what a worker does.
type Worker struct {
	ID     int    `json:"id"`
	Spare  bool   `json:"spare,omitempty"`
	State  string `json:"state"` // idle, polls, or stuck: its poll takes long
	For    Millis `json:"for"`   // how long its poll was seen
	Queued int    `json:"queued"`
	Timers int    `json:"timers"`
	Next   Millis `json:"next"` // until its next timer; -1: there is none
	Polls  uint64 `json:"polls"`
	Steals uint64 `json:"steals"`
	Parks  uint64 `json:"parks"`
}

// Poll is a poll that took long.
type Poll struct {
	Task   TaskRef   `json:"task"`
	Worker int       `json:"worker"`
	Began  time.Time `json:"began"`           // when it was seen first
	Took   Millis    `json:"took"`            // at the least
	Older  bool      `json:"older,omitempty"` // it may have begun long before it was seen first
	Runs   bool      `json:"runs"`            // it has not returned
	Stack  string    `json:"stack,omitempty"` // the last that was taken
}

// Graph is which tasks wait for which, as far as their waits name tasks.
type Graph struct {
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges"`
	More  int    `json:"more"` // tasks that are left out
}

// Node is a task, or several that are alike and wait for the same task.
type Node struct {
	TaskRef
	Count int  `json:"count"`
	Cycle bool `json:"cycle,omitempty"` // it is a part of a cycle
}

// Edge says that a node waits for another; both are indexes.
type Edge struct {
	From  int    `json:"from"`
	To    int    `json:"to"`
	On    string `json:"on"`
	Place string `json:"place,omitempty"`
	Cycle bool   `json:"cycle,omitempty"`
}

// Cycle is tasks of which each waits for the next, and the last for the first.
type Cycle struct {
	Tasks []TaskRef `json:"tasks"`
	Text  string    `json:"text"`
	Stuck int       `json:"stuck"`           // tasks that wait for the cycle, with its own
	SoFar bool      `json:"soFar,omitempty"` // Stuck has those that were asked so far
	Since time.Time `json:"since"`
}

// Finding is something that a reader should look at.
type Finding struct {
	Key     string    `json:"key"`   // the same in each frame, as long as it is found
	Level   string    `json:"level"` // fault or warning
	Kind    string    `json:"kind"`  // cycle, poll, full, forgotten, failures
	Runtime int       `json:"runtime,omitempty"`
	Text    string    `json:"text"`
	Task    TaskRef   `json:"task"`
	Since   time.Time `json:"since"`
}

// Forgotten is a handle that was never closed, and was garbage.
type Forgotten struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
}

// Task is what is known of one task.
type Task struct {
	TaskRef
	Runtime  int           `json:"runtime"`
	Ended    bool          `json:"ended,omitempty"` // it is gone
	Info     report.Task   `json:"info"`
	Since    time.Time     `json:"since"`    // when it was first seen to do this
	SeenFrom time.Time     `json:"seenFrom"` // when it was seen first
	Wakers   []Holder      `json:"wakers"`   // tasks that could wake it
	Last     []Observation `json:"last"`     // what it was seen to do before, the newest first
	Polls    int           `json:"polls"`    // in the timeline, since it was seen first
	Busy     Millis        `json:"busy"`     // in these polls
}

// Observation is what a task was seen to do.
type Observation struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	What string    `json:"what"`
}
