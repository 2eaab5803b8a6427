package aio

import (
	"errors"
	"io"
	"math"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/reuse"
)

// SendFile sends n bytes of f, from offset on, to dst, and returns how many dst has taken; a
// negative n means all to the end of f. It flushes dst at the end. The offset of f itself is
// neither used nor moved: after an error, or when it was cancelled, SendFile can go on from
// offset plus what it has returned. When f ends before n bytes the error is
// [io.ErrUnexpectedEOF].
//
// A read of a file may wait for the disk. It runs on a goroutine that is lent for the read of
// 32 KiB, and a worker goes on meanwhile; in the simulator it runs in the poll. A dst that can
// send from a file itself, without a copy through the memory of the program, is asked to: a
// Conn of package socket does so on Linux, from a regular file.
//
//edo:step SendFileStep
func SendFile(task *edo.Task, dst Writer, f *os.File, offset, n int64) (int64, error) {
	return await[int64](task, &sendFiles, newSendFile(dst, f, offset, n))
}

// SendFileStep is the step form of [SendFile].
func SendFileStep(task *edo.Task, st *edo.Step, dst Writer, f *os.File, offset, n int64) (done bool, sent int64, err error) {
	return awaitStep[int64](task, st, &sendFiles, newSendFile(dst, f, offset, n))
}

// SendFileFuture is [SendFile] as a future. It is an [edo.Dropper]: Drop gives the buffer back.
func SendFileFuture(dst Writer, f *os.File, offset, n int64) edo.Future[int64] {
	o := newSendFile(dst, f, offset, n)
	return &o
}

// fileSender is a writer that sends from a file itself.
type fileSender interface {
	// PollSendFile sends up to n bytes of f, from offset on. Ready means that it has sent so
	// many, 0 at the end of f, or that it has failed. The error matches errors.ErrUnsupported,
	// with nothing sent, when it cannot send from such a file. Pending is as in PollWrite.
	PollSendFile(cx *edo.Context, f *os.File, offset, n int64) (sent int64, poll edo.Poll, err error)
}

var sendFiles reuse.Pool[sendFile, *sendFile]

type sendFile struct {
	dst    Writer
	sender fileSender // nil: dst is none, or cannot send from f
	f      *os.File
	offset int64 // of the next byte
	left   int64 // to be sent; math.MaxInt64: all
	sent   int64

	read     *fileRead // under way, or with bytes that are not written; nil: none
	isCopied bool
	waits    pendingWrite
}

func newSendFile(dst Writer, f *os.File, offset, n int64) sendFile {
	if n < 0 {
		n = math.MaxInt64
	}
	sender, _ := dst.(fileSender)
	return sendFile{dst: dst, sender: sender, f: f, offset: offset, left: n}
}

func (o *sendFile) progress() int64 { return o.sent }

// Drop gives the buffer back, and the operation up.
func (o *sendFile) Drop() {
	o.waits.giveUp(o.dst)
	o.dropRead()
}

func (o *sendFile) dropRead() {
	if o.read != nil {
		o.read.drop()
		o.read = nil
	}
}

func (o *sendFile) Poll(cx *edo.Context) (int64, edo.Poll, error) {
	if o.dst == nil {
		return polledAgain[int64](cx)
	}
	poll, err := o.goOn(cx)
	if poll == edo.Pending {
		return 0, edo.Pending, nil
	}
	o.dropRead()
	o.dst, o.sender, o.f = nil, nil, nil
	return o.sent, edo.Ready, err
}

// goOn sends until it must wait or is done.
func (o *sendFile) goOn(cx *edo.Context) (edo.Poll, error) {
	for {
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		var poll edo.Poll
		var err error
		switch {
		case o.isCopied || o.left == 0:
			poll, err = o.dst.PollFlush(cx)
			o.waits.note(cx, o.dst, poll)
			return poll, err
		case o.sender != nil:
			poll, err = o.send(cx)
		default:
			poll, err = o.copy(cx)
		}
		turn.End(cx)
		if poll == edo.Pending || err != nil {
			return poll, err
		}
	}
}

// send lets dst send from f.
func (o *sendFile) send(cx *edo.Context) (edo.Poll, error) {
	n, poll, err := o.sender.PollSendFile(cx, o.f, o.offset, o.left)
	switch {
	case o.waits.note(cx, o.dst, poll):
		return edo.Pending, nil
	case errors.Is(err, errors.ErrUnsupported):
		o.sender = nil
		return edo.Ready, nil
	case err != nil:
		return edo.Ready, err
	case n == 0:
		return edo.Ready, o.end()
	}
	o.took(n)
	return edo.Ready, nil
}

// copy reads from f, or writes what was read.
func (o *sendFile) copy(cx *edo.Context) (edo.Poll, error) {
	if o.read == nil {
		o.read = beginFileRead(cx, o.f, o.offset, o.left)
	}
	p, poll, err := o.read.poll(cx)
	switch {
	case poll == edo.Pending || err != nil && err != io.EOF:
		return poll, err
	case len(p) == 0:
		return edo.Ready, o.end()
	}
	n, poll, err := o.dst.PollWrite(cx, p)
	switch {
	case o.waits.note(cx, o.dst, poll) || err != nil:
		return poll, err
	case n == 0:
		return edo.Ready, io.ErrShortWrite
	}
	o.took(int64(n))
	if o.read.take(n); n == len(p) {
		o.dropRead()
	}
	return edo.Ready, nil
}

// took notes that dst has taken n bytes.
func (o *sendFile) took(n int64) {
	o.offset += n
	o.sent += n
	if o.left != math.MaxInt64 {
		o.left -= n
	}
}

// end ends the copy, at the end of f.
func (o *sendFile) end() error {
	o.isCopied = true
	if o.left != math.MaxInt64 {
		return io.ErrUnexpectedEOF
	}
	return nil
}
