package edo

import (
	"fmt"
	"io"
	"sync/atomic"

	"github.com/edo-go/edo/internal/core"
	frames "github.com/edo-go/edo/internal/origin"
)

// PanicError is what a task that panicked ended with.
//
// Its text has the stack of the panic, until the default of Config.OnError has printed
// it: so a program that prints what [Run] returns prints each stack once. The verb %+v
// of package fmt always prints all of it, with the frames of edo and of the runtime.
type PanicError struct {
	Value   any         // what was given to panic
	Stack   []byte      // the stack of the panic, as [runtime/debug.Stack] prints it
	Task    string      // the name of the task
	told    uint32      // to Config.OnPanic; atomic
	printed atomic.Bool // by the default of Config.OnError
}

// Error returns the value, and the stack from the panic on, unless that was printed.
func (e *PanicError) Error() string {
	if e.printed.Load() {
		return e.head() + " (its stack was printed when it happened)"
	}
	return fmt.Sprintf("%s\n\n%s", e.head(), frames.TrimStack(e.Stack))
}

func (e *PanicError) head() string {
	return fmt.Sprintf("edo: task %s panicked: %v", e.Task, e.Value)
}

// Format prints the whole stack for %+v, and otherwise what Error returns.
func (e *PanicError) Format(f fmt.State, verb rune) {
	switch {
	case verb == 'v' && f.Flag('+'):
		fmt.Fprintf(f, "%s\n\n%s", e.head(), e.Stack)
	case verb == 'q':
		fmt.Fprintf(f, "%q", e.Error())
	default:
		io.WriteString(f, e.Error())
	}
}

// Unwrap returns the value, when it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// markPrinted notes that the stacks of the panics in err were printed.
func markPrinted(err error) {
	eachPanic(err, func(e *PanicError) { e.printed.Store(true) })
}

// eachPanic calls fn with every panic in err.
func eachPanic(err error, fn func(e *PanicError)) {
	switch e := err.(type) {
	case *PanicError:
		fn(e)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			eachPanic(one, fn)
		}
	case interface{ Unwrap() error }:
		eachPanic(e.Unwrap(), fn)
	}
}

// tellOfPanics tells onPanic of the panics in err that it has not been told of, and ends rt
// when it says so.
func (rt *Runtime) tellOfPanics(err error, onPanic func(*PanicError) (end bool)) {
	eachPanic(err, func(e *PanicError) {
		if atomic.SwapUint32(&e.told, 1) == 0 && onPanic(e) {
			rt.in().Sched.CancelAll()
		}
	})
}

func init() {
	core.Hooks.NewPanic = func(task string, value any, stack []byte) error {
		return &PanicError{Value: value, Stack: stack, Task: task}
	}
	core.Hooks.IsPanic = func(err error) bool {
		_, ok := err.(*PanicError)
		return ok
	}
}
