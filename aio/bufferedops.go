package aio

import (
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/reuse"
)

// Peek waits until n bytes are in the buffer, and returns them. They stay there. The error is
// [io.EOF] when the reader ends before, with the bytes that there are, and [ErrBufferFull]
// when n is larger than the buffer, and [ErrNegativeCount] when it is negative.
//
//edo:step PeekStep
func (b *BufferedReader) Peek(task *edo.Task, n int) ([]byte, error) {
	return await[[]byte](task, &bufferedOps, bufferedOp{b: b, kind: peeks, n: n})
}

// PeekStep is the step form of [BufferedReader.Peek].
func (b *BufferedReader) PeekStep(task *edo.Task, st *edo.Step, n int) (done bool, bytes []byte, err error) {
	return awaitStep[[]byte](task, st, &bufferedOps, bufferedOp{b: b, kind: peeks, n: n})
}

// PeekFuture is [BufferedReader.Peek] as a future.
func (b *BufferedReader) PeekFuture(n int) edo.Future[[]byte] {
	return &bufferedOp{b: b, kind: peeks, n: n}
}

// ReadSlice reads up to the first delim, and returns the bytes with it. The error is
// [ErrBufferFull] when the buffer is full before: then nothing is read. At the end of the
// reader it is [io.EOF], or [io.ErrUnexpectedEOF] with the bytes that there are.
//
//edo:step ReadSliceStep
func (b *BufferedReader) ReadSlice(task *edo.Task, delim byte) ([]byte, error) {
	return await[[]byte](task, &bufferedOps, bufferedOp{b: b, kind: readsSlice, delim: delim})
}

// ReadSliceStep is the step form of [BufferedReader.ReadSlice].
func (b *BufferedReader) ReadSliceStep(task *edo.Task, st *edo.Step, delim byte) (done bool, bytes []byte, err error) {
	return awaitStep[[]byte](task, st, &bufferedOps, bufferedOp{b: b, kind: readsSlice, delim: delim})
}

// ReadSliceFuture is [BufferedReader.ReadSlice] as a future.
func (b *BufferedReader) ReadSliceFuture(delim byte) edo.Future[[]byte] {
	return &bufferedOp{b: b, kind: readsSlice, delim: delim}
}

// ReadLine reads a line, and returns it without its end, "\n" or "\r\n". The last line may have
// none. Then comes [io.EOF]. The error is [ErrBufferFull] when the line does not fit into the
// buffer: then nothing is read. Package codec has lines as a stream, with other limits.
//
//edo:step ReadLineStep
func (b *BufferedReader) ReadLine(task *edo.Task) ([]byte, error) {
	return await[[]byte](task, &bufferedOps, bufferedOp{b: b, kind: readsLine, delim: '\n'})
}

// ReadLineStep is the step form of [BufferedReader.ReadLine].
func (b *BufferedReader) ReadLineStep(task *edo.Task, st *edo.Step) (done bool, line []byte, err error) {
	return awaitStep[[]byte](task, st, &bufferedOps, bufferedOp{b: b, kind: readsLine, delim: '\n'})
}

// ReadLineFuture is [BufferedReader.ReadLine] as a future.
func (b *BufferedReader) ReadLineFuture() edo.Future[[]byte] {
	return &bufferedOp{b: b, kind: readsLine, delim: '\n'}
}

// NextByte reads a byte. The error is [io.EOF] at the end.
//
//edo:step NextByteStep
func (b *BufferedReader) NextByte(task *edo.Task) (byte, error) {
	return await[byte](task, &byteOps, byteOp{bufferedOp: bufferedOp{b: b, n: 1}})
}

// NextByteStep is the step form of [BufferedReader.NextByte].
func (b *BufferedReader) NextByteStep(task *edo.Task, st *edo.Step) (done bool, c byte, err error) {
	return awaitStep[byte](task, st, &byteOps, byteOp{bufferedOp: bufferedOp{b: b, n: 1}})
}

// NextByteFuture is [BufferedReader.NextByte] as a future.
func (b *BufferedReader) NextByteFuture() edo.Future[byte] {
	return &byteOp{bufferedOp: bufferedOp{b: b, n: 1}}
}

var byteOps reuse.Pool[byteOp, *byteOp]

// byteOp peeks at a byte, and takes it.
type byteOp struct {
	bufferedOp
	c byte
}

func (o *byteOp) progress() byte { return o.c }

func (o *byteOp) Poll(cx *edo.Context) (byte, edo.Poll, error) {
	b := o.b
	peeked, poll, err := o.bufferedOp.Poll(cx)
	if poll == edo.Ready && err == nil {
		o.c = peeked[0]
		b.skip(1)
		b.release()
	}
	return o.c, poll, err
}

// Discard reads n bytes and throws them away. It returns how many, fewer than n only with an
// error: [io.EOF] when the end comes before the first, [io.ErrUnexpectedEOF] when it comes
// later, and [ErrNegativeCount] for a negative n.
//
//edo:step DiscardStep
func (b *BufferedReader) Discard(task *edo.Task, n int) (int, error) {
	return await[int](task, &discardOps, newDiscard(b, n))
}

// DiscardStep is the step form of [BufferedReader.Discard].
func (b *BufferedReader) DiscardStep(task *edo.Task, st *edo.Step, n int) (done bool, discarded int, err error) {
	return awaitStep[int](task, st, &discardOps, newDiscard(b, n))
}

// DiscardFuture is [BufferedReader.Discard] as a future.
func (b *BufferedReader) DiscardFuture(n int) edo.Future[int] {
	o := newDiscard(b, n)
	return &o
}

var discardOps reuse.Pool[discardOp, *discardOp]

// discardOp is a bufferedOp that discards.
type discardOp struct{ bufferedOp }

func newDiscard(b *BufferedReader, n int) discardOp {
	return discardOp{bufferedOp{b: b, kind: discards, n: n}}
}

func (o *discardOp) progress() int { return o.gone }

func (o *discardOp) Poll(cx *edo.Context) (int, edo.Poll, error) {
	_, poll, err := o.bufferedOp.Poll(cx)
	if err == io.EOF && o.gone > 0 {
		err = io.ErrUnexpectedEOF
	}
	return o.gone, poll, err
}
