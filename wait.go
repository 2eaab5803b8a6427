package edo

import (
	"time"

	"github.com/edo-go/edo/internal/report"
)

// A Leaf is a future, or another thing that is polled, that waits for something
// itself, instead of polling other futures. It hands itself to [Context.Proceed], and
// that is how reports know what a task waits for: they poll the task without a budget,
// and note the leaves that it comes to. So a leaf pays nothing for being known.
type Leaf interface {
	// Waits says what for. It is called during a poll by the task that waits, and may
	// look at what a poll may; it changes nothing, and does not wait.
	Waits(cx *Context) Wait
}

// Wait is what a task waits for, as [Dump] and the report of a stall tell it.
type Wait struct {
	// On is what for, beginning with the package: "mpsc: receive".
	On string `json:"on"`
	// Until is when the wait ends by itself. The zero time: it does not.
	Until time.Time `json:"until,omitzero"`
	// Outside says that something outside of the program ends it: a connection, a
	// signal.
	Outside bool `json:"outside,omitempty"`
	// By says what could end it, as far as that is known: "a sender made at main.go:41".
	By []string `json:"by,omitempty"`
	// Number tells things apart that look alike: in one [Snapshot] all that wait for the
	// same lock have the same number. The snapshot gives it; 0: it is not known whether
	// others wait for the same.
	Number int `json:"number,omitempty"`
	// HeldBy are the tasks that hold what is waited for, each with the place where it
	// took it when [Config.Trace] is on. The snapshot names them.
	HeldBy []string `json:"heldBy,omitempty"`
	// Held is what edo's own leaves know of the tasks that can end the wait. Number and
	// HeldBy come from it, and so do the cycles of a snapshot, where it is nil.
	Held *report.Held `json:"-"`
}

// String returns w as a line of text.
func (w Wait) String() string { return report.Wait(w).String() }
