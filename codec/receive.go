package codec

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/sched"
)

// receiver is the receiving direction of a connection of frames. Its fields are guarded by mu.
type receiver struct {
	direction
	input *Buffer // read and not decoded; nil: nothing

	mayDecode bool // input may hold a frame
	atEOF     bool // the connection has ended
	ended     bool // the stream has ended
	failed    bool // the last item was an error: the next one is End
	isOther   bool // the input was put together, and not decoded since
	isPart    bool // the decoder has done a part of its work: it goes on without more bytes
}

// source is what a receiver receives from: the connection, the decoder, and the leaf of its
// waits.
type source[In any] interface {
	edo.Leaf
	aio.Reader
	Decoder[In]
}

// pollNext is PollNext of a connection of frames.
func pollNext[In any](cx *edo.Context, r *receiver, from source[In]) (frame In, poll edo.Poll, err error) {
	if (*sched.Context)(cx).Inspecting() {
		cx.Proceed(from) // whose Waits asks the connection
		return frame, edo.Pending, nil
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return frame, edo.Pending, nil
	}
	if err := r.beginPoll(cx, from, useOneReceiver); err != nil {
		turn.End(cx)
		return frame, edo.Ready, err
	}
	defer func() { r.endPoll(cx, poll) }() // also when the codec panics
	frame, poll, err = nextItem(cx, r, from)
	turn.End(cx)
	return frame, poll, err
}

// nextItem decodes and reads in turn until it has an item of the stream or must wait. r is
// locked.
func nextItem[In any](cx *edo.Context, r *receiver, from source[In]) (frame In, poll edo.Poll, err error) {
	var none In
	if r.failed { // one End follows an error
		r.failed = false
		return none, edo.End, nil
	}
	for !r.ended {
		if r.input == nil {
			r.input = newBuffer()
		}

		// Decode a frame, if the input may hold one, or go on with one.
		if r.mayDecode || r.atEOF {
			if r.isPart && budget.Begin(cx).GivesWay(cx) {
				r.releaseInput()
				return none, edo.Pending, nil
			}
			before := r.input.Len()
			r.input.expected, r.input.limit, r.input.charged, r.input.isOther = 0, 0, 0, r.isOther
			r.isOther = false
			frame, ok, err := from.Decode(r.input, r.atEOF)
			charge(cx, r.input.charged)
			r.isPart = r.input.charged > 0 && !ok && err == nil
			switch {
			case err != nil:
				r.failed, r.mayDecode = true, true
				if r.atEOF && r.input.Len() == before {
					r.endStream() // Decode would return the same error for ever
				}
				return none, edo.Ready, err
			case ok:
				r.mayDecode = true
				r.releaseInput() // the receiver may be long with the last frame
				return frame, edo.Ready, nil
			case r.isPart:
				r.mayDecode = true
				continue
			case r.atEOF:
				left := r.input.Len()
				r.endStream()
				if left > 0 {
					r.failed = true
					return none, edo.Ready, errCut
				}
				return none, edo.End, nil
			}
			r.mayDecode = false
			chargeDiscarded(cx, before-r.input.Len())
		}

		// Read more bytes. The connection may not use the budget, so this does.
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			r.releaseInput()
			return none, edo.Pending, nil
		}
		n, poll, err := r.read(cx, from)
		turn.End(cx)
		r.input.commit(n)
		if n > 0 {
			r.mayDecode = true
			continue
		}

		// No bytes came: wait, note the end, or return the error.
		r.releaseInput()
		switch {
		case poll == edo.Pending:
			return none, edo.Pending, nil
		case err == io.EOF:
			r.atEOF = true
		case err != nil:
			r.failed = true
			return none, edo.Ready, err
		default:
			r.failed = true
			return none, edo.Ready, io.ErrNoProgress
		}
	}
	return none, edo.End, nil
}

// end ends a Recv with err: when it was given up, the connection hears of it.
func (r *receiver) end(err error, from aio.Reader) {
	if isOwn(err) {
		r.giveUp(from)
	}
}

// giveUp tells the connection that the task which waits to receive has given up. It stays the one
// that waits until another one comes, which asks it.
func (r *receiver) giveUp(from aio.Reader) {
	r.mu.Lock()
	defer r.mu.Unlock()
	aio.AbandonRead(from, r.waiting)
}

// discardUnit is how many bytes a decoder may discard for one operation of the budget.
const discardUnit = 1 << 10

// chargeDiscarded takes from the budget for n bytes that a decoder has removed without a
// frame: a frame that is too long, or empty lines that it ignores.
func chargeDiscarded(cx *edo.Context, n int) {
	charge(cx, n/discardUnit)
}

// charge takes n operations off the budget, or all that is left.
func charge(cx *edo.Context, n int) {
	for in := (*sched.Context)(cx); n > 0 && in.TakeBudget(); n-- {
	}
}

// read reads from the connection, or returns the error that an inspection got.
func (r *receiver) read(cx *edo.Context, from aio.Reader) (n int, poll edo.Poll, err error) {
	if err := r.input.heldErr; err != nil {
		r.input.heldErr = nil
		return 0, edo.Ready, err
	}
	return from.PollRead(cx, r.input.room())
}

// releaseInput gives an empty input back: a waiting connection holds no buffer.
func (r *receiver) releaseInput() {
	if r.input != nil && r.input.Len() == 0 && r.input.heldErr == nil {
		r.dropInput()
	}
}

// dropInput gives the input back with all that it holds.
func (r *receiver) dropInput() {
	if r.input != nil {
		r.input.giveBack()
		r.input = nil
	}
}

// endStream ends the stream for good.
func (r *receiver) endStream() {
	r.ended = true
	r.dropInput()
}

// drop ends the stream, and forgets an error or an End that has not been received. The caller
// has locked r.
func (r *receiver) drop() {
	r.endStream()
	r.failed = false
}

// waits says what a receiver waits for: what the connection waits for.
func (r *receiver) waits(cx *edo.Context, from aio.Reader) edo.Wait {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended || r.mayDecode || r.failed || r.input != nil && r.input.heldErr != nil {
		return edo.Wait{On: "codec: receive", By: []string{"nothing: a frame, or the end, is there"}}
	}
	return inspectPoll(cx, "codec: receive", func(cx *edo.Context) {
		if r.input == nil {
			r.input = newBuffer()
		}
		defer r.releaseInput()
		n, poll, err := from.PollRead(cx, r.input.room())
		if poll == edo.Pending {
			return
		}
		// The connection has read although an inspection has no budget. Keep the result, and
		// wake the task to use it.
		r.input.commit(n)
		r.mayDecode = n > 0
		r.input.heldErr = err
		r.waiting.Wake()
	})
}
