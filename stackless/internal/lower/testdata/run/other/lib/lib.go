// Package lib has functions that another package calls.
package lib

import (
	"strings"

	"github.com/edo-go/edo"
)

type inner struct{ n int }

// Get waits.
func (i *inner) Get(task *edo.Task, by int) int { edo.Yield(task); i.n += by; return i.n }

// Outer has the methods of inner.
type Outer struct {
	*inner
	Name string
}

// New makes an Outer.
func New(n int) *Outer { return &Outer{&inner{n}, "outer"} }

// Hidden has a type that cannot be named elsewhere.
func Hidden() *inner { return &inner{7} }

// Wait waits.
func Wait(task *edo.Task, n int, _ string, rest ...string) (string, error) {
	for range n {
		if err := edo.Yield(task); err != nil {
			return "", err
		}
	}
	s := ""
	for _, r := range rest {
		s += r
	}
	return s, nil
}

// Spawns does not wait.
func Spawns(task *edo.Task) *edo.JoinHandle[edo.Unit] {
	return edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
}

// Generic waits.
func Generic[T any](task *edo.Task, v T) T { edo.Yield(task); return v }

// Buffer returns a value of a type of a package that its callers need not import.
func Buffer(task *edo.Task, s string) *strings.Builder {
	edo.Yield(task)
	b := &strings.Builder{}
	b.WriteString(s)
	return b
}

// Task is the type of edo under another name.
type Task = edo.Task

// Main is a whole task.
func Main(task *edo.Task) error { return edo.Yield(task) }
