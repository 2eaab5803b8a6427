package main

import (
	"fmt"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
)

// combinators is the same without a stack: main is a future too. Nothing happens
// before it is polled; the Context that a poll is given is the Spawner here.
//
// future.Lazy runs its function at the first poll, on the worker that polls.
func combinators(out io.Writer) edo.Future[edo.Unit] {
	return future.PollFn(func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
		for i := range 4 {
			edo.Spawn(cx, future.Lazy(func() (edo.Unit, error) {
				fmt.Fprintln(out, "Hello from task", i)
				return edo.Unit{}, nil
			}))
		}
		return edo.Unit{}, edo.Ready, nil
	})
}
