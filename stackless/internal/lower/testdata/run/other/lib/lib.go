// Package lib has functions that another package calls.
package lib

import "github.com/edo-go/edo"

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

// Main is a whole task.
func Main(task *edo.Task) error { return edo.Yield(task) }
