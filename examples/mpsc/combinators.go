package main

import (
	"fmt"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/stream"
)

// combinators is the same as two streams. The spawned one folds ten numbers into
// the sender: each step sends one message, and its future gives the sender back for
// the next. The receiver is a stream that ends when the sender has been closed.
func combinators(s edo.Spawner, out io.Writer) edo.Future[edo.Unit] {
	type sender = *mpsc.Sender[string]

	tx, rx := mpsc.New[string](1024)
	numbers := stream.Values(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	edo.Spawn(s, stream.FoldFuture(numbers, tx, func(tx sender, i int) edo.Future[sender] {
		return tx.SendFuture(fmt.Sprintf("Message %d from spawned task", i))
	}), edo.Owns(tx))

	return stream.ForEach(rx, func(msg string) error {
		fmt.Fprintf(out, "Got `%s`\n", msg)
		return nil
	})
}
