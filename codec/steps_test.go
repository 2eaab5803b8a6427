package codec_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestTheStepFormsDoWhatTheDirectFormsDo(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) tasktest.World {
		a, b := aio.Duplex(100)
		var ops []tasktest.Op
		framed := []*codec.Framed[string, string]{
			codec.NewFramed(a, &codec.Lines{}),
			codec.NewFramed(b, &codec.Lines{}),
		}
		for i, f := range framed {
			ops = append(ops, framedOps(string(rune('a'+i)), f)...)
		}
		return tasktest.World{Ops: ops, Events: []func(){framed[0].Drop, func() {}, func() {}, func() {}}}
	})
}

func TestTheStepFormsOfTheHalvesDoWhatTheirDirectFormsDo(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) tasktest.World {
		a, b := aio.Duplex(100)
		out, in := codec.NewFramedWrite(a, &codec.Lines{}), codec.NewFramedRead(b, &codec.Lines{})
		ops := append(sendOps("a", out), tasktest.OpOf("Recv",
			func(task *edo.Task) (int, error) { s, err := in.Recv(task); return len(s), err },
			func(task *edo.Task, _ *edo.Step) (bool, int, error) {
				done, s, err := in.RecvStep(task)
				return done, len(s), err
			}))
		return tasktest.World{Ops: ops, Events: []func(){out.Drop, func() {}, func() {}, func() {}}}
	})
}

// lineSink is a Framed or a FramedWrite.
type lineSink interface {
	Send(task *edo.Task, line string) error
	SendStep(task *edo.Task, st *edo.Step, line string) (bool, error)
	Feed(task *edo.Task, line string) error
	FeedStep(task *edo.Task, st *edo.Step, line string) (bool, error)
	Flush(task *edo.Task) error
	FlushStep(task *edo.Task) (bool, error)
	Close(task *edo.Task) error
	CloseStep(task *edo.Task) (bool, error)
}

// framedOps returns the operations on a connection of lines.
func framedOps(name string, f *codec.Framed[string, string]) (ops []tasktest.Op) {
	return append(sendOps(name, f),
		tasktest.OpOf("Recv", func(task *edo.Task) (int, error) { s, err := f.Recv(task); return len(s), err },
			func(task *edo.Task, _ *edo.Step) (bool, int, error) {
				done, s, err := f.RecvStep(task)
				return done, len(s), err
			}))
}

// sendOps returns the operations of the sending side.
func sendOps(name string, f lineSink) (ops []tasktest.Op) {
	for _, line := range []string{"line of " + name, strings.Repeat("x", 8000), strings.Repeat("y", 9000), "two\nlines"} {
		ops = append(ops,
			tasktest.OpOfError("Send",
				func(task *edo.Task) error { return f.Send(task, line) },
				func(task *edo.Task, st *edo.Step) (bool, error) { return f.SendStep(task, st, line) }),
			tasktest.OpOfError("Feed",
				func(task *edo.Task) error { return f.Feed(task, line) },
				func(task *edo.Task, st *edo.Step) (bool, error) { return f.FeedStep(task, st, line) }))
	}
	return append(ops,
		tasktest.OpOfError("Flush", f.Flush, tasktest.ErrorWithoutStep(f.FlushStep)),
		tasktest.OpOfError("Close", f.Close, tasktest.ErrorWithoutStep(f.CloseStep)),
	)
}
