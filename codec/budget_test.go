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
	half := codec.NewFramedWrite(flood{}, &codec.Lines{})
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
		"Feed of a half":      func(task *edo.Task, _ *lines, _ func() bool) error { return half.Feed(task, "") },
		"Send of a half":      func(task *edo.Task, _ *lines, _ func() bool) error { return half.Send(task, "") },
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
			}, sim.WithConfig(sim.Config{Quiet: true}))
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

// A flood of each codec's smallest frames, in each face: the number of frames in one poll is
// the budget of a poll.
func TestFramesOfEachCodecTakeFromTheBudgetInFuturesStepsAndDirectStyle(t *testing.T) {
	floodOf(t, "Lines", "\n", func() codec.Decoder[string] { return &codec.Lines{} })
	floodOf(t, "Lines of bad text", "\xff\n", func() codec.Decoder[string] { return &codec.Lines{} })
	floodOf(t, "Lines that are too long", "ab\n", func() codec.Decoder[string] { return &codec.Lines{Max: 1} })
	floodOf(t, "AnyDelimiter", ";", func() codec.Decoder[[]byte] { return &codec.AnyDelimiter{} })
	floodOf(t, "JSONLines", "1\n", func() codec.Decoder[int] { return &codec.JSONLines[int]{} })
	floodOf(t, "JSONLines of bad lines", "x\n", func() codec.Decoder[int] { return &codec.JSONLines[int]{} })
	floodOf(t, "LengthDelimited", "\x00\x00\x00\x00", func() codec.Decoder[[]byte] { return &codec.LengthDelimited{} })
	floodOf(t, "Bytes", "x", func() codec.Decoder[[]byte] { return codec.Bytes{} })
}

// repeats is a connection that is always ready and does not use the budget: reads return a
// text again and again, without an end.
type repeats struct {
	flood
	text string
	at   int
}

func (r *repeats) PollRead(_ *edo.Context, p []byte) (int, edo.Poll, error) {
	for i := range p {
		p[i] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), edo.Ready, nil
}

// floodOf receives frames of a flood until another task runs.
func floodOf[T any](t *testing.T, name, text string, decoder func() codec.Decoder[T]) {
	const fair = 128 // the budget of a poll
	type read = codec.FramedRead[T]
	for face, receive := range map[string]func(task *edo.Task, f *read, again func() bool) error{
		"direct style": func(task *edo.Task, f *read, again func() bool) error {
			for again() {
				if _, err := f.Recv(task); err == edo.ErrCancelled {
					return err
				}
			}
			return nil
		},
		"futures": func(task *edo.Task, f *read, again func() bool) error {
			_, err := edo.Spawn(task, edo.Future[edo.Unit](&receivesWhile[T]{f, again})).Await(task)
			return err
		},
		"steps": func(task *edo.Task, f *read, again func() bool) error {
			_, err := edo.GoStep(task, stepsWhile[T]{f, again}).Await(task)
			return err
		},
	} {
		t.Run(name+" in "+face, func(t *testing.T) {
			err := sim.Run(1, func(task *edo.Task) error {
				f := codec.NewFramedRead(&repeats{text: text}, decoder())
				defer f.Drop()
				ran, begun, frames := false, false, 0
				err := receive(task, f, func() bool {
					if !begun { // by the task that receives
						begun = true
						edo.Go(task.Runtime(), func(*edo.Task) error { ran = true; return nil })
					}
					frames++
					return !ran && frames <= 2*fair
				})
				if frames < fair-4 || frames > fair+4 {
					t.Errorf("another task ran after %d frames, want some %d", frames, fair)
				}
				return err
			}, sim.WithConfig(sim.Config{Quiet: true}))
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// receivesWhile is the future of a task that receives as long as again says so.
type receivesWhile[T any] struct {
	f     *codec.FramedRead[T]
	again func() bool
}

func (r *receivesWhile[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		if _, p, _ := r.f.RecvFuture().Poll(cx); p == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		if !r.again() {
			return edo.Unit{}, edo.Ready, nil
		}
	}
}

// stepsWhile is receivesWhile as a frame of compiled code.
type stepsWhile[T any] struct {
	f     *codec.FramedRead[T]
	again func() bool
}

func (*stepsWhile[T]) FunctionName() string { return "stepsWhile" }

func (s *stepsWhile[T]) Poll(task *edo.Task) (done bool, err error) {
	for {
		if done, _, _ := s.f.RecvStep(task); !done {
			return false, nil
		}
		if !s.again() {
			return true, nil
		}
	}
}

// Bytes without a frame take from the budget by their number: a poll does not search more
// than 128 KiB.
func TestBytesThatAreDiscardedTakeFromTheBudget(t *testing.T) {
	for name, read := range map[string]func(conn aio.Reader) func(task *edotest.Task){
		"the rest of a long line": func(conn aio.Reader) func(task *edotest.Task) {
			f := codec.NewFramedRead(conn, &codec.Lines{Max: 10})
			return func(task *edotest.Task) { edotest.PollNext(task, f) }
		},
		"white space of JSON lines": func(conn aio.Reader) func(task *edotest.Task) {
			f := codec.NewFramedRead(conn, &codec.JSONLines[int]{})
			return func(task *edotest.Task) { edotest.PollNext(task, f) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			task, conn := edotest.NewTask(), &counted{text: ' '}
			poll := read(conn)
			for range 3 { // the error that a line is too long, and the End
				poll(task)
			}
			for range 3 {
				conn.n = 0
				poll(task)
				if conn.n < 64<<10 || conn.n > 160<<10 {
					t.Errorf("a poll reads %d bytes", conn.n)
				}
			}
		})
	}
}

// counted is a connection that is always ready, and counts the bytes that were read.
type counted struct {
	flood
	text byte
	n    int
}

func (c *counted) PollRead(_ *edo.Context, p []byte) (int, edo.Poll, error) {
	for i := range p {
		p[i] = c.text
	}
	c.n += len(p)
	return len(p), edo.Ready, nil
}

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
