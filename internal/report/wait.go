package report

import (
	"fmt"
	"strings"
	"time"
)

// Wait is what a task waits for. It has the fields of edo.Wait, in their order: one is
// converted to the other.
type Wait struct {
	On      string    // what for, beginning with the package: "mpsc: receive"
	Until   time.Time // when the wait ends by itself; zero: it does not
	Outside bool      // something outside of the program ends it
	By      []string  // what could end it: "a sender made at main.go:41"
	Number  int       // which of several things that look alike; 0: not known
	HeldBy  []string  // the tasks that hold it, as text
	Held    *Held     // the tasks that can end it; nil: not known
}

// Held says which tasks can end a wait, and so whether it can end at all. A wait that
// has none is never taken for one that cannot end.
type Held struct {
	// Of is what is waited for, when several tasks can wait for the same one: a
	// pointer to it.
	Of Ref
	// By are the tasks.
	By []Holder
	// Every says that each of By must go on before the wait ends, as all readers must
	// before a writer. Otherwise one will do.
	Every bool
	// More says that there are others that are not in By.
	More bool
	// As is where the names of the tasks go.
	As As
}

// As is where the names of the tasks of a [Held] go in a [Wait].
type As uint8

const (
	Named  As = iota // nowhere: Wait.By names them already
	From             // they are added to Wait.By
	HeldBy           // they are Wait.HeldBy
)

// Holder is a task that can end a wait.
type Holder struct {
	Task Ref     // a *sched.Task, which is polled itself: no branch of one
	At   uintptr // where it took what it holds, see package origin; 0: not known
}

// Ref refers to a thing without saying what it is. Two are equal if they refer to the
// same thing. The zero Ref refers to nothing. A Ref that is kept keeps the thing's
// memory.
type Ref struct{ to any }

// RefTo returns the Ref to what p points to, or the zero Ref for nil.
func RefTo[T any](p *T) Ref {
	if p == nil {
		return Ref{}
	}
	return Ref{p}
}

// To returns the pointer that the Ref was made of, or nil.
func (r Ref) To() any { return r.to }

// String returns w as words that follow a task's name.
func (w Wait) String() string { return "waits for " + w.Text() }

// Text is what w is for, without the words "waits for".
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

// text is Text with the number and the time as they are given.
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

// numbered puts a number behind the name of what is waited for, and before what more is
// said of it: "lock: semaphore #2 (3 permits)".
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
