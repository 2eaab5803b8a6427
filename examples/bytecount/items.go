package main

import (
	"time"

	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// item is one of the things that the background task waits for.
type item struct {
	kind kind
	n    int // how many bytes were counted
}

type kind int

const (
	count kind = iota // a connection has ended
	tick              // time to print
	done              // no connection can send any more
)

// items merges the counts with the ticks. A merged stream ends when both of its
// sources have, and an interval never does: so the end of the channel becomes an
// item too, and the stream is over before that.
func items(rx *mpsc.Receiver[int], period time.Duration) stream.Seq[item] {
	ticks := stream.Map(timer.NewInterval(period), func(time.Time) item { return item{kind: tick} })

	return stream.Map(rx, func(n int) item { return item{count, n} }).
		Chain(stream.Once(item{kind: done})).
		Merge(ticks).
		TakeWhile(func(it item) bool { return it.kind != done })
}
