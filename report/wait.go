package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/edo-go/edo/internal/held"
)

// Wait is one thing that a task waits for. A leaf (see edo.Leaf) fills in On, and what it
// knows of Until, Outside and By; the report fills in Number and HeldBy.
type Wait struct {
	// On names the operation, beginning with its package: "mpsc: receive".
	On string `json:"on"`
	// Until is when the wait ends by itself. The zero time: it does not.
	Until time.Time `json:"until,omitzero"`
	// Outside says that an event outside of the program ends the wait: of a connection,
	// or a signal.
	Outside bool `json:"outside,omitempty"`
	// By names the tasks or objects that can end the wait, as far as they are known: "a
	// sender made at main.go:41".
	By []string `json:"by,omitempty"`
	// Number identifies what is waited for: in one [Snapshot] all waits for the same lock
	// have the same number. 0: it is not known whether other tasks wait for the same.
	Number int `json:"number,omitempty"`
	// HeldBy names the tasks that hold what is waited for. With edo.Config.Trace each has
	// the place where the task took it.
	HeldBy []string `json:"heldBy,omitempty"`

	holders `json:"-"`
}

// holders is what a leaf of edo itself knows of the tasks that can end the wait.
type holders = held.Slot

// String returns w as words that follow a task's name.
func (w Wait) String() string { return "waits for " + w.Text() }

// Text returns what the task waits for, without the words "waits for".
func (w Wait) Text() string {
	number := ""
	if w.Number != 0 {
		number = fmt.Sprintf(" #%d", w.Number)
	}
	until := ""
	if !w.Until.IsZero() {
		until = w.Until.Format(timeFormat)
	}
	return w.text(number, until)
}

const timeFormat = "2006-01-02 15:04:05.000"

// text is Text with this number and this time.
func (w Wait) text(number, until string) string {
	text := numbered(w.On, number)
	if until != "" {
		text += ", until " + until
	}
	if len(w.HeldBy) != 0 {
		text += ", held by " + strings.Join(w.HeldBy, ", ")
	}
	if len(w.By) != 0 {
		text += ", from " + strings.Join(w.By, ", ")
	}
	return text
}

// numbered puts a number behind the name of what is waited for, and before its details:
// "lock: semaphore #2 (3 permits)".
func numbered(on, number string) string {
	if number == "" {
		return on
	}
	at := len(on)
	for _, mark := range [...]string{" (", ","} {
		if i := strings.Index(on, mark); i >= 0 && i < at {
			at = i
		}
	}
	return on[:at] + number + on[at:]
}
