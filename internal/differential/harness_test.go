package differential

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

// world has what the parts of one script note.
type world struct {
	calls []string // that the library makes
	drops []int    // values that the library drops
}

func (w *world) call(format string, args ...any) {
	w.calls = append(w.calls, fmt.Sprintf(format, args...))
}

// val is a value that notes when it is dropped.
type val struct {
	id int
	w  *world
}

func (v *val) Drop() {
	if v != nil {
		v.w.drops = append(v.w.drops, v.id)
	}
}

// plus returns another value, whose number is n more.
func (v *val) plus(n int) *val { return &val{v.id + n, v.w} }

// A mock is a task that is polled by hand, and knows whether it was woken since.
type mock interface{ isWoken() bool }

// freeMock is a mock of no runtime.
type freeMock struct {
	task  *edotest.Task
	woken bool
}

func newMock() *freeMock { return &freeMock{task: edotest.NewTask()} }

// enter polls.
func (m *freeMock) enter(f func(cx *edo.Context)) {
	m.task.TakeWakes()
	m.woken = false
	m.task.Enter(f)
}

func (m *freeMock) isWoken() bool {
	if m.task.TakeWakes() > 0 {
		m.woken = true
	}
	return m.woken
}

// A machine is one object under test with everything that was made of it.
type machine interface {
	// act carries out one operation and says what came of it: "-" when it does not apply.
	act(op operation) string
	// mocks returns the mock tasks, in a fixed order.
	mocks() []mock
	// end drops everything.
	end()
}

const none = "-"

// applies is the outcome of an operation that may apply.
func applies(is bool) string {
	if is {
		return "ok"
	}
	return none
}

// newMachine returns the machine for a script.
func newMachine(s *script, w *world) machine {
	family, name, _ := strings.Cut(s.recipe, "/")
	switch {
	case s.recipe == "stream/stream_map":
		return newMapMachine(w)
	case s.recipe == "stream/peekable":
		return newPeekMachine(w)
	case family == "stream":
		return newStreamMachine(name, s.config, w)
	case family == "sink":
		return newSinkMachine(name, s.config, w)
	case s.recipe == "future/shared":
		return newSharedMachine(w)
	case family == "future":
		return newFutureMachine(name, s.config, w)
	case s.recipe == "time/delay_queue":
		return newQueueMachine(w)
	case s.recipe == "time/timers":
		return newTimerMachine(w)
	case family == "time":
		return newTimedMachine(name, s.config, w)
	}
	panic("no machine for " + s.recipe)
}

// playOnEdo carries out s, up to a panic, and returns the outcome of each operation.
func playOnEdo(s *script) (outcomes []string) {
	w := &world{}
	m := newMachine(s, w)
	w.calls, w.drops = nil, nil
	for _, op := range s.ops {
		outcome, panicked := step(m, w, op)
		outcomes = append(outcomes, outcome)
		if panicked != nil {
			return outcomes
		}
	}
	m.end()
	return outcomes
}

// step carries out op, and adds the calls that it has caused, which mock tasks are woken, and
// the values that were dropped.
func step(m machine, w *world, op operation) (outcome string, panicked any) {
	defer func() {
		if panicked = recover(); panicked != nil {
			outcome = "PANIC"
		}
	}()
	var b strings.Builder
	b.WriteString(m.act(op))
	if len(w.calls) > 0 {
		b.WriteString("/" + strings.Join(w.calls, ","))
	}
	for i, mock := range m.mocks() {
		if mock.isWoken() {
			fmt.Fprintf(&b, "@%d", i)
		}
	}
	slices.Sort(w.drops)
	for _, v := range w.drops {
		fmt.Fprintf(&b, "!%d", v)
	}
	w.calls, w.drops = nil, nil
	return b.String(), nil
}

// text is the text of a value, which is the receiver's.
func text(v *val) string { return fmt.Sprint(v.id) }

// texts is "[1 2]".
func texts(vs []*val) string {
	list := make([]string, len(vs))
	for i, v := range vs {
		list[i] = text(v)
	}
	return "[" + strings.Join(list, " ") + "]"
}

// runAll polls until the outcome is no item, and returns all outcomes.
func runAll(poll func() string) string {
	var outcomes []string
	for {
		t := poll()
		outcomes = append(outcomes, t)
		if t == "P" || t == none || t == "end" || strings.HasPrefix(t, "=") {
			return strings.Join(outcomes, " ")
		}
	}
}
