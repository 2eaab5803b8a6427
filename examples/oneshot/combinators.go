package main

import (
	"fmt"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/oneshot"
)

// combinators is the same as a chain of futures. The receiver is one: the future of
// the value that will be sent.
func combinators(s edo.Spawner, out io.Writer) edo.Future[edo.Unit] {
	tx, rx := oneshot.New[string]()
	edo.Spawn(s, future.Lazy(func() (edo.Unit, error) {
		return edo.Unit{}, tx.Send("hello from spawned task")
	}), edo.Owns(tx))

	return future.Map(rx, func(msg string) edo.Unit {
		fmt.Fprintf(out, "Got `%s`\n", msg)
		return edo.Unit{}
	})
}
