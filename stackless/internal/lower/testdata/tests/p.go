// Package p has tests in its own package and outside it.
package p

import "github.com/edo-go/edo"

// Wait waits n times.
func Wait(task *edo.Task, n int) (int, error) {
	for range n {
		if err := edo.Yield(task); err != nil {
			return 0, err
		}
	}
	return hidden(task, n)
}

func hidden(task *edo.Task, n int) (int, error) { return n * 2, edo.Yield(task) }

// Start starts a task.
func Start(s edo.Spawner) *edo.JoinHandle[edo.Unit] {
	return edo.Go(s, func(task *edo.Task) error { _, err := Wait(task, 2); return err })
}
