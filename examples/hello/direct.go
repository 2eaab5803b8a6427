package main

import (
	"fmt"
	"io"

	"github.com/edo-go/edo"
)

// direct spawns four tasks and returns. They run after it, in any order, on any
// worker, and Run waits for them.
//
// What may spawn is a matter of types: edo.Go wants a Spawner, and the Task that a
// function was given is one. Code that runs on no task has none, and does not
// compile.
func direct(task *edo.Task, out io.Writer) error {
	for i := range 4 {
		edo.Go(task, func(*edo.Task) error {
			fmt.Fprintln(out, "Hello from task", i)
			return nil
		})
	}
	return nil
}
