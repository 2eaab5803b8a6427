package codec_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/internal/idletest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

const idleTime = 10 * time.Second

// big does not fit into the room of an output.
var big = strings.Repeat("x", 9000)

// idleOps are the operations that wait on a connection which has room for a byte, and nothing to
// read.
var idleOps = map[string]func(a *aio.Timed) idletest.Op{
	"Framed.Recv": func(a *aio.Timed) idletest.Op {
		f := codec.NewFramed(a, &codec.Lines{})
		return idletest.Op{
			Direct: func(task *edo.Task) error { _, err := f.Recv(task); return err },
			Future: idletest.Futures(f.RecvFuture),
			Step:   func(task *edo.Task, _ *edo.Step) (bool, error) { done, _, err := f.RecvStep(task); return done, err },
		}
	},
	"Framed.Send": func(a *aio.Timed) idletest.Op {
		f := codec.NewFramed(a, &codec.Lines{})
		return idletest.Op{
			Direct: func(task *edo.Task) error { return f.Send(task, "line") },
			Future: idletest.Futures(func() edo.Future[*codec.Framed[string, string]] { return f.SendFuture("line") }),
			Step:   func(task *edo.Task, st *edo.Step) (bool, error) { return f.SendStep(task, st, "line") },
		}
	},
	"Framed.Feed": func(a *aio.Timed) idletest.Op {
		f := codec.NewFramed(a, &codec.Lines{})
		f.StartSend(big)
		return idletest.Op{
			Direct: func(task *edo.Task) error { return f.Feed(task, "line") },
			Future: idletest.Futures(func() edo.Future[*codec.Framed[string, string]] { return f.SendFuture("line") }),
			Step:   func(task *edo.Task, st *edo.Step) (bool, error) { return f.FeedStep(task, st, "line") },
		}
	},
	"Framed.Flush": func(a *aio.Timed) idletest.Op {
		f := codec.NewFramed(a, &codec.Lines{})
		f.StartSend("line")
		return idletest.Op{
			Direct: f.Flush,
			Future: f.FlushFuture,
			Step:   func(task *edo.Task, _ *edo.Step) (bool, error) { return f.FlushStep(task) },
		}
	},
	"Framed.Close": func(a *aio.Timed) idletest.Op {
		f := codec.NewFramed(a, &codec.Lines{})
		f.StartSend("line")
		return idletest.Op{
			Direct: f.Close,
			Future: f.CloseFuture,
			Step:   func(task *edo.Task, _ *edo.Step) (bool, error) { return f.CloseStep(task) },
		}
	},
	"FramedRead.Recv": func(a *aio.Timed) idletest.Op {
		f := codec.NewFramedRead(a, &codec.Lines{})
		return idletest.Op{
			Direct: func(task *edo.Task) error { _, err := f.Recv(task); return err },
			Future: idletest.Futures(f.RecvFuture),
			Step:   func(task *edo.Task, _ *edo.Step) (bool, error) { done, _, err := f.RecvStep(task); return done, err },
		}
	},
	"FramedWrite.Send": func(a *aio.Timed) idletest.Op {
		f := codec.NewFramedWrite(a, &codec.Lines{})
		return idletest.Op{
			Direct: func(task *edo.Task) error { return f.Send(task, "line") },
			Future: idletest.Futures(func() edo.Future[*codec.FramedWrite[string]] { return f.SendFuture("line") }),
			Step:   func(task *edo.Task, st *edo.Step) (bool, error) { return f.SendStep(task, st, "line") },
		}
	},
	"FramedWrite.Feed": func(a *aio.Timed) idletest.Op {
		f := codec.NewFramedWrite(a, &codec.Lines{})
		f.StartSend(big)
		return idletest.Op{
			Direct: func(task *edo.Task) error { return f.Feed(task, "line") },
			Step:   func(task *edo.Task, st *edo.Step) (bool, error) { return f.FeedStep(task, st, "line") },
		}
	},
	"FramedWrite.Flush": func(a *aio.Timed) idletest.Op {
		f := codec.NewFramedWrite(a, &codec.Lines{})
		f.StartSend("line")
		return idletest.Op{
			Direct: f.Flush,
			Future: f.FlushFuture,
			Step:   func(task *edo.Task, _ *edo.Step) (bool, error) { return f.FlushStep(task) },
		}
	},
	"FramedWrite.Close": func(a *aio.Timed) idletest.Op {
		f := codec.NewFramedWrite(a, &codec.Lines{})
		f.StartSend("line")
		return idletest.Op{
			Direct: f.Close,
			Future: f.CloseFuture,
			Step:   func(task *edo.Task, _ *edo.Step) (bool, error) { return f.CloseStep(task) },
		}
	},
}

func TestAnOperationHasAllOfItsIdleTimeAlthoughOneBeforeWasGivenUp(t *testing.T) {
	for name, make := range idleOps {
		t.Run(name, func(t *testing.T) {
			idletest.RequireWholeTime(t, idleTime, func(task *edo.Task) (idletest.Op, error) {
				x, y := aio.Duplex(1)
				a := aio.NewTimed(task, x)
				op := make(a)
				op.Close = []io.Closer{a, y}
				return op, a.SetIdleTimeout(idleTime)
			})
		})
	}
}

// requireExpiry requires that fn fails after so long.
func requireExpiry(t *testing.T, task *edo.Task, fn func() error) {
	t.Helper()
	began := timer.Now(task)
	err := fn()
	if lasted := timer.Now(task).Sub(began); lasted != idleTime || err == nil {
		t.Errorf("ended after %v, want %v, with: %v", lasted, idleTime, err)
	}
}

// A Feed returns when there is room, although not all is written that was fed before.
func TestAFlushHasAllOfItsIdleTimeAfterAFeedThatFoundRoom(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		x, y := aio.Duplex(1000)
		defer y.Close()
		a := aio.NewTimed(task, x)
		defer a.Close()
		f := codec.NewFramed(a, &codec.Lines{})
		f.StartSend(big)
		edo.Go(task, func(task *edo.Task) error {
			timer.Sleep(task, time.Second)
			return a.SetIdleTimeout(idleTime) // wakes the Feed, whose next poll finds that 1,000 bytes have gone
		})
		a.SetIdleTimeout(idleTime)
		if err := f.Feed(task, "line"); err != nil {
			return err
		}
		timer.Sleep(task, time.Hour)
		requireExpiry(t, task, func() error { return f.Flush(task) })
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A connection that was taken apart while a task waited begins anew for that task.
func TestAConnectionThatWasTakenApartHasAllOfItsIdleTime(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		x, y := aio.Duplex(1)
		defer y.Close()
		a := aio.NewTimed(task, x)
		defer a.Close()
		a.SetIdleTimeout(idleTime)
		f := codec.NewFramed(a, &codec.Lines{})
		var parts codec.Parts
		edo.Go(task, func(task *edo.Task) error {
			timer.Sleep(task, 9*time.Second)
			parts = f.Parts()
			return nil
		})
		if _, err := f.Recv(task); err != io.EOF {
			t.Errorf("got %v, want the end", err)
		}
		f = codec.FromParts(parts, &codec.Lines{})
		requireExpiry(t, task, func() error { _, err := f.Recv(task); return err })
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A second task that receives gets a BusyError, and takes no time from the first, nor gives it
// some.
func TestATaskThatMustNotReceiveChangesNoIdleTime(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		x, y := aio.Duplex(1)
		defer y.Close()
		a := aio.NewTimed(task, x)
		defer a.Close()
		a.SetIdleTimeout(idleTime)
		f := codec.NewFramed(a, &codec.Lines{})
		edo.Go(task, func(task *edo.Task) error {
			timer.Sleep(task, 5*time.Second)
			if _, err := f.Recv(task); !isBusy(err) {
				t.Errorf("got %v, want a BusyError", err)
			}
			return nil
		})
		requireExpiry(t, task, func() error { _, err := f.Recv(task); return err })
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func isBusy(err error) bool { _, ok := err.(*edo.BusyError); return ok }
