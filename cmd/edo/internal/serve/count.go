package serve

import (
	"fmt"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// counter is the server that counts. It sends to the task that adds up.
type counter struct{ tx *mpsc.Sender[int] }

func (c counter) handler() (handler, []edo.Dropper) {
	tx := c.tx.Clone()
	return func(task *edo.Task, conn *socket.Conn) error { return count(task, conn, tx) }, []edo.Dropper{tx}
}

func (c counter) end() { c.tx.Close() }

// item is a message to that task: how many bytes were read, a tick, or the end.
type item struct {
	kind kind
	n    int
}

type kind int

const (
	read kind = iota
	tick
	done
)

// startCounter spawns the task that adds up the bytes that the connections have read, and
// prints the sum at every tick, and at the end.
func startCounter(s *service, task *edo.Task) server {
	tx, rx := mpsc.New[int](1024)
	// An interval never ends, and neither does a stream merged with it: so the end of the
	// channel is an item too.
	ticks := stream.Map(timer.NewInterval(s.tick), func(time.Time) item { return item{kind: tick} })
	items := stream.Map(rx, func(n int) item { return item{read, n} }).
		Chain(stream.Once(item{kind: done})).
		Merge(ticks)
	edo.Go(task, func(task *edo.Task) error {
		var sum, total int
		for it, err := range stream.All(task, items) {
			if err != nil {
				return err
			}
			if it.kind == read {
				sum += it.n
				total += it.n
				continue
			}
			fmt.Fprintf(s.out, "bytes read = %d, in all %d\n", sum, total)
			sum = 0
			if it.kind == done {
				return nil
			}
		}
		return task.Err()
	}, edo.Name("counter"), edo.Owns(items))
	return counter{tx}
}

// count reads to the end, and reports each read at once.
func count(task *edo.Task, conn *socket.Conn, tx *mpsc.Sender[int]) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := conn.Read(task, buf)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.Send(task, n); err != nil {
			return err
		}
	}
}
