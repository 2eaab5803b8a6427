package coro

import "fmt"

// A State says why control came back from a coroutine.
type State uint8

const (
	// Suspended says that the function called [Coro.Yield].
	Suspended State = iota
	// Ended says that the function returned.
	Ended
	// Panicked says that the function ended by a panic.
	Panicked
)

// String returns the name of s.
func (s State) String() string {
	switch s {
	case Suspended:
		return "Suspended"
	case Ended:
		return "Ended"
	case Panicked:
		return "Panicked"
	}
	return "State(?)"
}

// A Result is what [Coro.Start] and [Coro.Resume] return.
type Result struct {
	State State
	Value any    // the argument of panic, when State is Panicked
	Stack []byte // the stack of the panic, as debug.Stack prints it
}

// Late is what Start and Resume panic with when the function has called
// [runtime.Goexit] and then panicked, in a deferred call. The goroutine of the coroutine
// is exiting already, so the panic continues on the goroutine of the resumer.
type Late struct {
	Value any    // the argument of panic
	Stack []byte // the stack of the panic, as debug.Stack prints it
}

// Error returns the value.
func (l *Late) Error() string {
	return fmt.Sprintf("panic in a deferred call after runtime.Goexit: %v", l.Value)
}

// Unwrap returns the value, when it is an error.
func (l *Late) Unwrap() error {
	err, _ := l.Value.(error)
	return err
}

// Reason returns the value and the stack of the original panic, given what recover has
// returned and the stack of that moment. They differ when value is a [*Late].
func Reason(value any, stack []byte) (any, []byte) {
	if l, ok := value.(*Late); ok {
		return l.Value, l.Stack
	}
	return value, stack
}
