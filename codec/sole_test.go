package codec_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
)

type lines = codec.Framed[string, string]

func newLines(rw aio.ReadWriter) *lines { return codec.NewFramed[string, string](rw, &codec.Lines{}) }

// longLine is longer than the buffer of a Duplex in these tests.
var longLine = strings.Repeat("x", 100)

func TestSecondTaskThatReceivesOrSendsGetsABusyErrorAndTheFirstGoesOn(t *testing.T) {
	recv := func(task *edo.Task, f *lines) error { _, err := f.Recv(task); return err }
	send := func(task *edo.Task, f *lines) error { return f.Send(task, longLine) }
	for name, c := range map[string]struct {
		first, second func(task *edo.Task, f *lines) error
		on            string
		sent          int // lines that the other end gets
	}{
		"Recv":           {recv, recv, "codec: receive (aio: read from a Duplex)", 0},
		"Send":           {send, send, "codec: send (aio: write to a Duplex of size 50)", 1},
		"Feed of a Send": {send, func(task *edo.Task, f *lines) error { return f.Feed(task, "late") }, "codec: send (aio: write to a Duplex of size 50)", 1},
		"Flush":          {send, func(task *edo.Task, f *lines) error { return f.Flush(task) }, "codec: send (aio: write to a Duplex of size 50)", 1},
		"Close":          {send, func(task *edo.Task, f *lines) error { return f.Close(task) }, "codec: send (aio: write to a Duplex of size 50)", 1},
	} {
		t.Run(name, func(t *testing.T) {
			err := sim.Run(1, func(task *edo.Task) error {
				a, b := aio.Duplex(50)
				f, other := newLines(a), newLines(b)
				first := edo.Go(task, func(task *edo.Task) error { return c.first(task, f) }, edo.Name("first"))
				for range 3 {
					edo.Yield(task)
				}
				second := edo.Go(task, func(task *edo.Task) error { return c.second(task, f) }, edo.Name("second"))
				_, err := second.Await(task)
				busy, ok := errors.AsType[*edo.BusyError](err)
				if !ok || busy.On != c.on || busy.First != "first" || busy.Second != "second" || busy.Use == "" {
					t.Errorf("got %v", err)
				}
				for range c.sent {
					if line, err := other.Recv(task); line != longLine || err != nil {
						t.Errorf("received %q, %v", line, err)
					}
				}
				if c.sent == 0 {
					if err := other.Send(task, "x"); err != nil {
						return err
					}
				}
				_, err = first.Await(task)
				f.Drop()
				if line, end := other.Recv(task); end != io.EOF {
					t.Errorf("more was sent: %q, %v", line, end)
				}
				other.Drop()
				return err
			}, sim.WithConfig(sim.Config{Quiet: true}))
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTwoBranchesThatReceiveFromOneFramedAreAnError(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(50)
		defer b.Close()
		f := newLines(a)
		_, err := edo.Await(task, edo.Future[[]string](future.TryJoin(f.RecvFuture(), f.RecvFuture())))
		return err
	})
	if _, ok := errors.AsType[*edo.BusyError](err); !ok {
		t.Errorf("got %v", err)
	}
}

func TestTaskThatReceivesAfterAnotherWasAbortedIsNotTheSecond(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(50)
		f, other := newLines(a), newLines(b)
		first := edo.Go(task, func(task *edo.Task) error { _, err := f.Recv(task); return err })
		for range 3 {
			edo.Yield(task)
		}
		first.Abort()
		first.Await(task)
		second := edo.Go(task, func(task *edo.Task) error {
			line, err := f.Recv(task)
			if line != "x" {
				t.Errorf("received %q", line)
			}
			return err
		})
		for range 3 {
			edo.Yield(task)
		}
		if err := other.Send(task, "x"); err != nil {
			return err
		}
		_, err := second.Await(task)
		f.Drop()
		other.Drop()
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Tasks on several workers use one Framed at the same time, which is a mistake: each frame
// arrives whole and once, or an error says what is wrong. The race detector must be silent.
func TestFramesAreWholeWhenTasksReceiveAndSendAtTheSameTime(t *testing.T) {
	const tasks, frames = 4, 200
	a, b := aio.Duplex(64)
	f, other := newLines(a), newLines(b)
	var mu sync.Mutex
	sent, received := map[string]int{}, map[string]int{}
	busy := 0
	record := func(in map[string]int, line string, err error) error {
		mu.Lock()
		defer mu.Unlock()
		if _, ok := errors.AsType[*edo.BusyError](err); ok {
			busy++
			return nil
		}
		if err == nil {
			in[line]++
		}
		return err
	}
	err := edo.Run(func(task *edo.Task) error {
		return scope.Run(task, func(scope *scope.Scope) error {
			var senders []*edo.JoinHandle[edo.Unit]
			for i := range tasks {
				senders = append(senders, edo.Go(scope, func(task *edo.Task) error {
					for n := range frames {
						line := fmt.Sprintf("%d.%d", i, n)
						if err := record(sent, line, f.Send(task, line)); err != nil {
							return err
						}
					}
					return nil
				}))
				edo.Go(scope, func(task *edo.Task) error {
					for {
						line, err := other.Recv(task)
						if err == io.EOF {
							return nil
						}
						if err := record(received, line, err); err != nil {
							return err
						}
						if err != nil { // busy: let the first waiter run
							if err := edo.Yield(task); err != nil {
								return err
							}
						}
					}
				})
			}
			for _, h := range senders {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			return f.Close(task)
		})
	}, edo.WithConfig(edo.Config{Workers: 4}))
	f.Drop()
	other.Drop()
	if err != nil {
		t.Fatal(err)
	}
	for line := range sent {
		if received[line] != 1 {
			t.Errorf("%q was received %d times", line, received[line])
		}
	}
	for line := range received {
		if strings.Count(line, ".") != 1 || received[line] != 1 {
			t.Errorf("received %q %d times", line, received[line])
		}
	}
	t.Log(len(sent), "frames,", busy, "busy")
}

func TestPendingReceiveAndSendSayWhatTheConnectionWaitsFor(t *testing.T) {
	a, b := aio.Duplex(1)
	defer b.Close()
	f := newLines(a)
	task := edotest.NewTask()
	edotest.RequireNextPending(t, task, f)
	if w := edotest.WaitsNext(task, f); len(w) != 1 || w[0].On != "codec: receive (aio: read from a Duplex)" || len(w[0].By) != 1 {
		t.Errorf("it waits for %v", w)
	}
	send := f.SendFuture("xyz")
	edotest.RequirePending(t, task, send)
	if w := edotest.Waits(task, send); len(w) != 1 || w[0].On != "codec: send (aio: write to a Duplex of size 1)" {
		t.Errorf("it waits for %v", w)
	}
	b.Close()
	edotest.RequireError(t, task, send, io.ErrClosedPipe)
}

// unbudgeted is a connection that reads, and fails, without using the budget: an inspection
// reads from it.
type unbudgeted struct {
	aio.ReadWriter
	reads []string // "": pending; after the last one errBroken
}

func (h *unbudgeted) PollRead(_ *edo.Context, p []byte) (int, edo.Poll, error) {
	if len(h.reads) == 0 {
		return 0, edo.Ready, errBroken
	}
	next := h.reads[0]
	h.reads = h.reads[1:]
	if next == "" {
		return 0, edo.Pending, nil
	}
	return copy(p, next), edo.Ready, nil
}

func TestInspectionOfAConnectionThatIgnoresTheBudgetLosesNothing(t *testing.T) {
	task := edotest.NewTask()
	f := newLines(&unbudgeted{reads: []string{"", "ab", "c\n"}})
	edotest.RequireNextPending(t, task, f)
	edotest.WaitsNext(task, f) // reads "ab"
	edotest.RequireWoken(t, task, 1)
	requireFrames(t, task, f, "abc")
	f = newLines(&unbudgeted{reads: []string{""}})
	edotest.RequireNextPending(t, task, f)
	edotest.WaitsNext(task, f) // gets the error
	edotest.RequireWoken(t, task, 1)
	edotest.RequireNextError(t, task, f, errBroken)
}
