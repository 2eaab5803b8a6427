// Package waits has functions that wait, for random programs in other packages.
package waits

import (
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

// Int waits and returns v.
func Int(task *edo.Task, v int) int {
	edo.Yield(task)
	return v
}

// Sum waits between its operands.
func Sum(task *edo.Task, a, b int) int { return Int(task, a) + b*Int(task, 2) }

// Deep waits three calls deep.
func Deep(task *edo.Task, v int) int { return deeper(task, v+1) - 1 }

func deeper(task *edo.Task, v int) int {
	timer.Sleep(task, time.Millisecond)
	return Int(task, v)
}

// Str waits and returns s.
func Str(task *edo.Task, s string) string {
	edo.Yield(task)
	edo.Yield(task)
	return s
}

// Bool waits and returns b.
func Bool(task *edo.Task, b bool) (is bool) {
	if b {
		edo.Yield(task)
		return true
	}
	timer.Sleep(task, time.Millisecond)
	return
}

// Pair returns v, unless the task is cancelled.
func Pair(task *edo.Task, v int) (int, error) {
	if err := edo.Yield(task); err != nil {
		return -1, err
	}
	return Later(task, v).Recv(task)
}

// Through waits and returns v.
func Through[T any](task *edo.Task, v T) T {
	edo.Yield(task)
	return v
}

// Two waits and returns both.
func Two(task *edo.Task, a int, b string) (int, string) {
	edo.Yield(task)
	return a, b
}

// Apply calls fn.
func Apply(task *edo.Task, fn func(task *edo.Task, v int) int, v int) int {
	return fn(task, v+1) - 1
}

// Total adds what fn makes of the values.
func Total(task *edo.Task, fn func(task *edo.Task, v int) int, values ...int) (sum int) {
	for _, v := range values {
		sum += fn(task, v)
	}
	return sum
}

// A Caller waits.
type Caller interface {
	Call(task *edo.Task, v int) int
}

// Func is a Caller.
type Func func(task *edo.Task, v int) int

// Call calls f.
func (f Func) Call(task *edo.Task, v int) int { return f(task, v) }

// Call calls c.
func Call(task *edo.Task, c Caller, v int) int {
	edo.Yield(task)
	return c.Call(task, v)
}

// A Box has a value.
type Box[T any] struct{ V T }

// Get waits and returns the value.
func (b Box[T]) Get(task *edo.Task) T {
	edo.Yield(task)
	return b.V
}

// Swap waits, sets the value, and returns the old one.
func (b *Box[T]) Swap(task *edo.Task, v T) T {
	old := Through(task, b.V)
	b.V = v
	return old
}
