package main

import (
	"fmt"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/stream"
)

// combinators is the same with tasks that have no stack. The handle of the
// coordinator is a future too: the one to wait for.
func combinators(s edo.Spawner, t *transport, now clock, out io.Writer) edo.Future[edo.Unit] {
	tx, rx := mpsc.New[message](1024)
	defer tx.Close()
	for range 4 {
		tx := tx.Clone()
		edo.Spawn(s, future.Map(asking(tx), func(d time.Duration) edo.Unit {
			fmt.Fprintln(out, "duration =", d)
			return edo.Unit{}
		}), edo.Owns(tx))
	}
	return edo.Spawn(s, coordinating(t, rx, now), edo.Owns(t))
}

// coordinating is the future of the task that owns the transport. ForEachFuture polls for
// the next request when the future of this one is ready.
func coordinating(t *transport, rx *mpsc.Receiver[message], now clock) edo.Future[edo.Unit] {
	return stream.ForEachFuture(rx, func(reply message) edo.Future[edo.Unit] {
		start := now()
		answered := future.Map(t.pingFuture(), func(edo.Unit) edo.Unit {
			reply.Send(now().Sub(start))
			return edo.Unit{}
		})
		return future.Owning(answered, reply)
	})
}

// asking is the future of an answer: it sends the request, and then waits for the reply of
// the coordinator.
func asking(tx *mpsc.Sender[message]) edo.Future[time.Duration] {
	reply, duration := oneshot.New[time.Duration]()
	sent := tx.SendFuture(reply)
	answer := future.AndThen(sent, func(*mpsc.Sender[message]) edo.Future[time.Duration] { return duration })
	return future.Owning(answer, duration)
}
