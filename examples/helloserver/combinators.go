package main

import (
	"fmt"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// combinators is the same with tasks that have no stack: each is the future of a
// write, of some hundred bytes. ForEach polls for the next connection as soon as
// its function returns, and the function only spawns.
func combinators(s edo.Spawner, l *socket.Listener, out io.Writer) edo.Future[edo.Unit] {
	return stream.ForEach(l.Incoming(), func(conn *socket.Conn) error {
		write := future.Of(conn.WriteFuture([]byte("hello world")))
		edo.Spawn(s, write.MapErr(func(err error) error {
			fmt.Fprintln(out, "socket error =", err)
			return nil
		}), edo.Owns(conn))
		return nil
	})
}
