package stream

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

var errNoChunk = errors.New("stream: a chunk needs room for at least one value")

// Chunks returns a stream of slices of n values of s each; the last one may have fewer. An
// error of s comes behind the values before it, which are a chunk of their own. If n is less
// than 1 the stream is one error.
//
// A chunk is one allocation and belongs to the receiver. Values of a chunk that is not full
// are dropped with the stream. For chunks without a wait, see [ReadyChunks]; for a
// wait that has a limit, see [ChunksTimeout].
//
//	s       1-2----3-#----4-5---6|
//	Chunks  --[12]---([3]#)-[45]-([6]|)
func Chunks[T any](s Stream[T], n int) Seq[[]T] {
	c := &chunks[T]{}
	c.init(s, n)
	c.self = c
	return Seq[[]T]{&c.node}
}

// ReadyChunks is [Chunks] that does not wait for a chunk to be full: when s is pending, the
// values so far are a chunk. A chunk is never empty.
//
//	s            (123)----4---|
//	ReadyChunks  ([12][3])[4]-|
func ReadyChunks[T any](s Stream[T], n int) Seq[[]T] {
	c := &readyChunks[T]{}
	c.init(s, n)
	c.self = c
	return Seq[[]T]{&c.node}
}

// collector gathers the values of a stream into chunks.
type collector[T any] struct {
	src   own.Stream[T]
	size  int
	chunk []T
	err   error // an error of src that comes behind the chunk
}

func (c *collector[T]) init(s Stream[T], n int) {
	c.src, c.size = source(s), n
	if n < 1 {
		c.err = errNoChunk
		c.src.Drop()
	}
}

// fill adds ready values of src to the chunk. It is Ready when the chunk or an error is to be
// given, see give.
func (c *collector[T]) fill(cx *edo.Context) edo.Poll {
	for c.err == nil {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending
		}
		v, p, err := c.src.Poll(cx)
		turn.End(cx)
		switch {
		case p == edo.Pending:
			return p
		case p == edo.End && len(c.chunk) == 0:
			return p
		case p == edo.End:
			return edo.Ready
		case err != nil:
			c.err = err
			continue
		}
		if c.chunk == nil {
			c.chunk = make([]T, 0, min(c.size, 256))
		}
		if c.chunk = append(c.chunk, v); len(c.chunk) == c.size {
			break
		}
	}
	return edo.Ready
}

// give returns the chunk, or the error behind it.
func (c *collector[T]) give() ([]T, edo.Poll, error) {
	if len(c.chunk) > 0 {
		chunk := c.chunk
		c.chunk = nil
		return chunk, edo.Ready, nil
	}
	err := c.err
	c.err = nil
	return nil, edo.Ready, err
}

func (c *collector[T]) Drop() {
	chunk := c.chunk
	c.chunk, c.err = nil, nil
	defer own.DiscardAll(chunk)
	c.src.Drop()
}

type chunks[T any] struct {
	node[[]T]
	collector[T]
}

func (c *chunks[T]) PollNext(cx *edo.Context) ([]T, edo.Poll, error) {
	if p := c.fill(cx); p != edo.Ready {
		return nil, p, nil
	}
	return c.give()
}

type readyChunks[T any] struct {
	node[[]T]
	collector[T]
}

func (c *readyChunks[T]) PollNext(cx *edo.Context) ([]T, edo.Poll, error) {
	p := c.fill(cx)
	if p == edo.End || p == edo.Pending && len(c.chunk) == 0 {
		return nil, p, nil
	}
	return c.give()
}
