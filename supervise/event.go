package supervise

import (
	"fmt"
	"strings"
	"time"
)

// Kind is what an [Event] tells of.
type Kind uint8

// What happens to a child.
const (
	// Starting: a task has been made for the child.
	Starting Kind = iota + 1
	// Started: the child is ready.
	Started
	// Ended: the child has ended by itself, without having failed. Err is nil, or matches
	// ErrStop, or ErrIgnore.
	Ended
	// Failed: the child has ended by itself, with Err.
	Failed
	// Restarting: the child will be started again, after Delay; with it, if the strategy says
	// so, its siblings.
	Restarting
	// Stopping: the child was aborted, and has its Shutdown to end.
	Stopping
	// Stopped: the child has ended after that. Err is nil, or what it returned if that is more
	// than its cancellation.
	Stopped
	// Overdue: the child has not ended within its Shutdown. Err is an *OverdueError.
	Overdue
	// Added: the child was added.
	Added
	// Removed: the child is no more in the list.
	Removed
)

// What happens to a supervisor: Child is empty.
const (
	// SupervisorStarted: all children of the Config are ready.
	SupervisorStarted Kind = iota + 64
	// SupervisorEnding: it stops its children. Err is the reason, as in [Error].
	SupervisorEnding
	// SupervisorEnded: it has stopped them. Err is what Run returns.
	SupervisorEnded
)

var kindNames = map[Kind]string{
	Starting: "starting", Started: "started", Ended: "ended", Failed: "failed", Restarting: "restarting",
	Stopping: "stopping", Stopped: "stopped", Overdue: "overdue", Added: "added", Removed: "removed",
	SupervisorStarted: "supervisor started", SupervisorEnding: "supervisor ending", SupervisorEnded: "supervisor ended",
}

// String returns the name of k, in small letters.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return fmt.Sprintf("unknown (%d)", uint8(k))
}

// Event is something that has happened in a supervisor, or in one below it.
type Event struct {
	Time       time.Time // on the clock of the runtime
	Kind       Kind
	Supervisor string // the full name; empty if it has none
	Child      string // the full name; empty for an event of the supervisor itself
	Err        error
	Delay      time.Duration // of Restarting
}

// String returns e in a line, without its time: "app/cache restarting after 1s".
func (e Event) String() string {
	text := e.Child + " " + e.Kind.String()
	if e.Child == "" {
		text = e.Kind.String()
		if what, ok := strings.CutPrefix(text, "supervisor "); ok && e.Supervisor != "" {
			text = "supervisor " + e.Supervisor + " " + what
		}
	}
	if e.Delay != 0 {
		text += fmt.Sprintf(" after %v", e.Delay)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}
