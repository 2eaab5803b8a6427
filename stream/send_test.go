package stream_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

type handle = *owntest.Handle

// sends is Send in its two forms.
var sends = map[string]func(sink edo.Sink[handle], v handle) edo.Future[edo.Unit]{
	"Send": func(sink edo.Sink[handle], v handle) edo.Future[edo.Unit] {
		return async(func(task *edo.Task) error { return stream.Send(task, sink, v) })
	},
	"SendFuture": stream.SendFuture[handle],
}

// sendAlls is SendAll in its two forms.
var sendAlls = map[string]func(sink edo.Sink[handle], src edo.Stream[handle]) edo.Future[edo.Unit]{
	"SendAll": func(sink edo.Sink[handle], src edo.Stream[handle]) edo.Future[edo.Unit] {
		return async(func(task *edo.Task) error { return stream.SendAll(task, sink, src) })
	},
	"SendAllFuture": stream.SendAllFuture[handle],
}

// dropAndFinish drops f. If f is a function in direct style, it then runs the function to its
// end, as a runtime does.
func dropAndFinish(task *edotest.Task, f edo.Future[edo.Unit]) {
	edo.Drop(f)
	edotest.Poll(task, f)
}

func TestSendWaitsForRoomAndThenForTheFlush(t *testing.T) {
	for name, send := range sends {
		t.Run(name, func(t *testing.T) {
			task, sink, v := edotest.NewTask(), owntest.NewSink[handle](t, 0), owntest.NewHandle(1)
			sink.HoldFlush(true)
			f := send(sink, v)
			edotest.RequirePending(t, task, f)
			if len(sink.Taken()) != 0 {
				t.Fatal("the sink accepted a value without room")
			}
			sink.Grow(1)
			edotest.RequireWoken(t, task, 1)
			edotest.RequirePending(t, task, f)
			if len(sink.Taken()) != 1 || len(sink.Flushed()) != 0 {
				t.Fatalf("%d accepted, %d flushed, want 1 and 0", len(sink.Taken()), len(sink.Flushed()))
			}
			sink.HoldFlush(false)
			edotest.RequireWoken(t, task, 1)
			edotest.RequireReady(t, task, f)
			if len(sink.Flushed()) != 1 || sink.Flushed()[0] != v || v.Drops() != 0 {
				t.Fatalf("flushed %v, dropped %d times", sink.Flushed(), v.Drops())
			}
			dropAndFinish(task, f)
		})
	}
}

func TestSendDropsAValueThatTheSinkDidNotAccept(t *testing.T) {
	for name, send := range sends {
		t.Run(name, func(t *testing.T) {
			task, sink, v := edotest.NewTask(), owntest.NewSink[handle](t, 0), owntest.NewHandle(1)
			f := send(sink, v)
			edotest.RequirePending(t, task, f)
			sink.Fail(errTest)
			edotest.RequireError(t, task, f, errTest)
			if v.Drops() != 1 {
				t.Fatalf("dropped %d times when the sink failed", v.Drops())
			}

			sink, v = owntest.NewSink[handle](t, 0), owntest.NewHandle(2)
			f = send(sink, v)
			edotest.RequirePending(t, task, f)
			dropAndFinish(task, f)
			if v.Drops() != 1 {
				t.Fatalf("dropped %d times with its future", v.Drops())
			}
		})
	}
}

// closedAfterReady is a sink that has room, is closed then, and refuses the value.
type closedAfterReady struct{ edo.Sink[handle] }

func (closedAfterReady) StartSend(handle) error { return errTest }

func TestAValueThatTheSinkRefusesAlthoughItHadRoomIsDropped(t *testing.T) {
	forms := maps.Clone(sends)
	for name, sendAll := range sendAlls {
		forms[name] = func(sink edo.Sink[handle], v handle) edo.Future[edo.Unit] {
			return sendAll(sink, stream.Once(v))
		}
	}
	for name, send := range forms {
		t.Run(name, func(t *testing.T) {
			task, v := edotest.NewTask(), owntest.NewHandle(1)
			f := send(closedAfterReady{owntest.NewSink[handle](t, 1)}, v)
			edotest.RequireError(t, task, f, errTest)
			if dropAndFinish(task, f); v.Drops() != 1 {
				t.Fatalf("dropped %d times", v.Drops())
			}
		})
	}
}

func TestSendDoesNotDropAValueThatTheSinkHasAccepted(t *testing.T) {
	for name, send := range sends {
		t.Run(name, func(t *testing.T) {
			task, sink, v := edotest.NewTask(), owntest.NewSink[handle](t, 1), owntest.NewHandle(1)
			sink.HoldFlush(true)
			f := send(sink, v)
			edotest.RequirePending(t, task, f)
			dropAndFinish(task, f)
			if v.Drops() != 0 {
				t.Fatal("the value was dropped")
			}
		})
	}
}

func TestSendAllDoesNotPollItsSourceWhileTheSinkHasNoRoom(t *testing.T) {
	for name, sendAll := range sendAlls {
		t.Run(name, func(t *testing.T) {
			task, sink := edotest.NewTask(), owntest.NewSink[handle](t, 1)
			src := owntest.NewScript[handle](t).Give(owntest.NewHandle(1), owntest.NewHandle(2), owntest.NewHandle(3))
			f := sendAll(sink, src)
			for range 2 {
				edotest.RequirePending(t, task, f)
				if src.Polls() != 2 {
					t.Fatalf("the source was polled %d times with room for one value, want 2", src.Polls())
				}
			}
			sink.Grow(5)
			edotest.RequireWoken(t, task, 1)
			edotest.RequireReady(t, task, f)
			if len(sink.Flushed()) != 3 || src.Drops() != 1 {
				t.Fatalf("flushed %d, dropped %d times", len(sink.Flushed()), src.Drops())
			}
			dropAndFinish(task, f)
		})
	}
}

func TestSendAllFlushesWhileItsSourceIsPendingAndAtTheEnd(t *testing.T) {
	for name, sendAll := range sendAlls {
		t.Run(name, func(t *testing.T) {
			task, sink := edotest.NewTask(), owntest.NewSink[handle](t, 9)
			src := owntest.NewScript[handle](t).Give(owntest.NewHandle(1)).Wait().Give(owntest.NewHandle(2))
			f := sendAll(sink, src)
			edotest.RequirePending(t, task, f)
			if len(sink.Flushed()) != 1 {
				t.Fatalf("flushed %d while it waits for its source, want 1", len(sink.Flushed()))
			}
			sink.HoldFlush(true)
			src.Wake()
			edotest.RequireWoken(t, task, 1)
			edotest.RequirePending(t, task, f)
			if src.Drops() != 1 {
				t.Fatal("the source was not dropped before the last flush")
			}
			sink.HoldFlush(false)
			edotest.RequireWoken(t, task, 1)
			edotest.RequireReady(t, task, f)
			if len(sink.Flushed()) != 2 {
				t.Fatalf("flushed %d, want 2", len(sink.Flushed()))
			}
		})
	}
}

func TestSendAllStopsAtTheFirstErrorOfEitherSide(t *testing.T) {
	for name, sendAll := range sendAlls {
		t.Run(name, func(t *testing.T) {
			task, sink := edotest.NewTask(), owntest.NewSink[handle](t, 9)
			unsent := owntest.NewHandle(2)
			src := owntest.NewScript[handle](t).Give(owntest.NewHandle(1)).Fail(errTest).Give(unsent)
			edotest.RequireError(t, task, sendAll(sink, src), errTest)
			if src.Drops() != 1 || unsent.Drops() != 1 || len(sink.Taken()) != 1 {
				t.Fatalf("dropped: the source %d times, the unsent value %d times; %d accepted", src.Drops(), unsent.Drops(), len(sink.Taken()))
			}

			sink, unsent = owntest.NewSink[handle](t, 0), owntest.NewHandle(3)
			src = owntest.NewScript[handle](t).Give(unsent)
			f := sendAll(sink, src)
			edotest.RequirePending(t, task, f)
			sink.Fail(errTest)
			edotest.RequireError(t, task, f, errTest)
			if src.Drops() != 1 || unsent.Drops() != 1 {
				t.Fatalf("dropped: the source %d times, the unsent value %d times", src.Drops(), unsent.Drops())
			}
		})
	}
}

func TestASendAllThatIsDroppedDropsTheValueThatItHolds(t *testing.T) {
	for name, sendAll := range sendAlls {
		t.Run(name, func(t *testing.T) {
			task, sink, v := edotest.NewTask(), owntest.NewSink[handle](t, 0), owntest.NewHandle(1)
			src := owntest.NewScript[handle](t).Give(v)
			f := sendAll(sink, src)
			edotest.RequirePending(t, task, f)
			dropAndFinish(task, f)
			if v.Drops() != 1 || src.Drops() != 1 {
				t.Fatalf("dropped %d and %d times", v.Drops(), src.Drops())
			}
		})
	}
}

func TestSendAllGivesWayWhenTheBudgetIsUsedUp(t *testing.T) {
	task, sink := edotest.NewTask(), owntest.NewSink[int](t, 1<<30)
	f := stream.SendAllFuture(sink, stream.Iter(count))
	defer edo.Drop(f)
	for range 3 {
		edotest.RequirePending(t, task, f)
		edotest.RequireWoken(t, task, 1)
	}
}

func ExampleSendAll() {
	err := edo.Run(func(task *edo.Task) error {
		var out printer
		return stream.SendAll(task, &out, stream.Values("a", "b", "c"))
	})
	fmt.Println(err)
	// Output:
	// a
	// b
	// c
	// <nil>
}

func ExampleSend() {
	err := edo.Run(func(task *edo.Task) error {
		var out printer
		return stream.Send(task, &out, "hello")
	})
	fmt.Println(err)
	// Output:
	// hello
	// <nil>
}

// printer is a sink that prints when it is flushed.
type printer struct{ lines []string }

func (p *printer) PollReady(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

func (p *printer) StartSend(line string) error {
	p.lines = append(p.lines, line)
	return nil
}

func (p *printer) PollFlush(*edo.Context) (edo.Poll, error) {
	for _, line := range p.lines {
		fmt.Println(line)
	}
	p.lines = nil
	return edo.Ready, nil
}

func (p *printer) PollClose(cx *edo.Context) (edo.Poll, error) { return p.PollFlush(cx) }
