package codec_test

import (
	"errors"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
)

// flood is a connection that is always ready and does not use the budget: reads return
// empty lines without an end, and writes take all bytes.
type flood struct{}

func (flood) PollRead(_ *edo.Context, p []byte) (int, edo.Poll, error) {
	for i := range p {
		p[i] = '\n'
	}
	return len(p), edo.Ready, nil
}

func (flood) PollWrite(_ *edo.Context, p []byte) (int, edo.Poll, error) {
	return len(p), edo.Ready, nil
}
func (flood) PollFlush(*edo.Context) (edo.Poll, error)    { return edo.Ready, nil }
func (flood) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

// noFrames is a codec that discards all input and finds no frame.
type noFrames struct{ codec.Lines }

func (*noFrames) Decode(buf *codec.Buffer, _ bool) (string, bool, error) {
	buf.Discard(buf.Len())
	return "", false, nil
}

// errStop ends a loop over frames.
var errStop = errors.New("stop")

func TestFramesTakeFromTheBudgetInEveryFace(t *testing.T) {
	const fair = 128 // the budget of a poll
	atEnd := newLines(edotest.NewScript(t).EOF())
	silent := codec.NewFramed[string, string](flood{}, &noFrames{})
	for name, op := range map[string]func(task *edo.Task, f *lines, again func() bool) error{
		"Recv": func(task *edo.Task, f *lines, _ func() bool) error { _, err := f.Recv(task); return err },
		"Next": func(task *edo.Task, f *lines, _ func() bool) error {
			_, _, err := edo.Next(task, f)
			return err
		},
		"ForEach": func(task *edo.Task, f *lines, again func() bool) error {
			_, err := edo.Await(task, stream.ForEach(stream.Of[string](borrowed{f}), func(string) error {
				if again() {
					return nil
				}
				return errStop
			}))
			return err
		},
		"All": func(task *edo.Task, f *lines, again func() bool) error {
			for _, err := range stream.All[string](task, borrowed{f}) {
				if err != nil || !again() {
					return err
				}
			}
			return task.Err()
		},
		"Recv at the end": func(task *edo.Task, _ *lines, _ func() bool) error {
			if _, err := atEnd.Recv(task); err != io.EOF {
				return err
			}
			return nil
		},
		"Feed":             func(task *edo.Task, f *lines, _ func() bool) error { return f.Feed(task, "") },
		"Send":             func(task *edo.Task, f *lines, _ func() bool) error { return f.Send(task, "") },
		"Flush of nothing": func(task *edo.Task, _ *lines, _ func() bool) error { return silent.Flush(task) },
		"SendFuture": func(task *edo.Task, f *lines, _ func() bool) error {
			_, err := edo.Await(task, f.SendFuture(""))
			return err
		},
		"Send of the package": func(task *edo.Task, f *lines, _ func() bool) error { return stream.Send(task, edo.Sink[string](f), "") },
		"Close again": func(task *edo.Task, _ *lines, _ func() bool) error {
			return closed.Close(task)
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := sim.Run(1, func(task *edo.Task) error {
				f := newLines(flood{})
				ran, turns := false, 0
				again := func() bool {
					turns++
					return !ran && turns <= 4*fair
				}
				edo.Go(task, func(*edo.Task) error { ran = true; return nil })
				for again() {
					if err := op(task, f, again); err != nil && err != errStop {
						return err
					}
				}
				if turns > fair+4 { // the turns at the beginning and the end of a fold count too
					t.Errorf("another task ran after %d frames", turns)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// closed is the connection that the test closes again and again.
var closed = newLines(flood{})

// borrowed is a Framed without Drop: a loop over it does not drop it.
type borrowed struct{ f *lines }

func (b borrowed) PollNext(cx *edo.Context) (string, edo.Poll, error) { return b.f.PollNext(cx) }

func TestReadsWithoutAFrameGiveWay(t *testing.T) {
	task := edotest.NewTask()
	f := codec.NewFramed[string, string](flood{}, &noFrames{})
	for range 3 {
		edotest.RequireNextPending(t, task, f)
		edotest.RequireWoken(t, task, 1)
	}
}

func TestFourMillionEmptyLinesDoNotHoldUpAnotherTask(t *testing.T) {
	const size = 4 << 20
	err := edo.Run(func(task *edo.Task) error {
		a, b := aio.Duplex(size)
		defer a.Close()
		p := make([]byte, size)
		for i := range p {
			p[i] = '\n'
		}
		if _, err := aio.WriteAll(task, a, p); err != nil {
			return err
		}
		f := newLines(b)
		defer f.Drop()
		ran, frames := false, 0
		edo.Go(task, func(*edo.Task) error { ran = true; return nil })
		for ; !ran; frames++ {
			if _, err := f.Recv(task); err != nil {
				return err
			}
		}
		if frames > 128 {
			t.Errorf("another task ran after %d frames", frames)
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Error(err)
	}
}

func TestSendFuturePolledAfterItsEndSaysSo(t *testing.T) {
	task := edotest.NewTask()
	f := newLines(flood{})
	send := f.SendFuture("x")
	edotest.RequireReady(t, task, send)
	if _, p, err := edotest.Poll(task, send); p != edo.Ready || !errors.Is(err, own.ErrPolledAgain) || errors.Is(err, edo.ErrClosed) {
		t.Errorf("got %v, %v", p, err)
	}
}
