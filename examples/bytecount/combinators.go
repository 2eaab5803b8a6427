package main

import (
	"fmt"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
)

// combinators is the same with tasks that have no stack. The future owns the first
// sender: dropped, as when its task is asked to end, it closes it.
func combinators(s edo.Spawner, l *socket.Listener, period time.Duration, out io.Writer) edo.Future[edo.Unit] {
	tx, rx := mpsc.New[int](1024)
	edo.Spawn(s, adding(rx, period, out))
	return future.Owning(accepting(s, l, tx, out), tx)
}

// accepting spawns, for each connection, the future that reads to its end and then
// sends the number of bytes.
func accepting(s edo.Spawner, l *socket.Listener, tx *mpsc.Sender[int], out io.Writer) edo.Future[edo.Unit] {
	type sender = *mpsc.Sender[int]

	return stream.ForEach(l.Incoming(), func(conn *socket.Conn) error {
		tx := tx.Clone()
		sent := future.AndThen(aio.CopyFuture(discard{}, conn), func(n int64) edo.Future[sender] {
			return tx.SendFuture(int(n))
		})
		edo.Spawn(s, sent.MapErr(func(err error) error {
			fmt.Fprintln(out, "socket error =", err)
			return nil
		}), edo.Owns(conn, tx))
		return nil
	})
}

// adding is the background task. The bytes since the last tick, which a loop would keep in
// a variable, are passed from step to step of a fold.
func adding(rx *mpsc.Receiver[int], period time.Duration, out io.Writer) edo.Future[int] {
	return stream.Fold(items(rx, period), 0, func(sum int, it item) (int, error) {
		if it.kind == tick {
			fmt.Fprintln(out, "bytes read =", sum)
			return 0, nil
		}
		return sum + it.n, nil
	})
}
