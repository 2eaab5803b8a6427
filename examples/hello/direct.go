package main

import (
	"fmt"
	"io"

	"github.com/edo-go/edo"
)

// direct spawns four tasks and returns. They run after it, in any order, on any
// worker, and Run waits for them.
//
// Types decide which code may spawn: edo.Go needs a Spawner, and the Task that a
// function gets is one. Code outside of a task has none, and does not compile.
func direct(task *edo.Task, out io.Writer) error {
	for i := range 4 {
		edo.Go(task, func(*edo.Task) error {
			fmt.Fprintln(out, "Hello from task", i)
			return nil
		})
	}
	return nil
}
