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
