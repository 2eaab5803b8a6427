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

// sends is Send in its two faces.
var sends = map[string]func(sink edo.Sink[handle], v handle) edo.Future[edo.Unit]{
	"Send": func(sink edo.Sink[handle], v handle) edo.Future[edo.Unit] {
		return body(func(task *edo.Task) error { return stream.Send(task, sink, v) })
	},
	"SendFuture": stream.SendFuture[handle],
}

// sendAlls is SendAll in its two faces.
var sendAlls = map[string]func(sink edo.Sink[handle], src edo.Stream[handle]) edo.Future[edo.Unit]{
	"SendAll": func(sink edo.Sink[handle], src edo.Stream[handle]) edo.Future[edo.Unit] {
		return body(func(task *edo.Task) error { return stream.SendAll(task, sink, src) })
	},
	"SendAllFuture": stream.SendAllFuture[handle],
}

// settle lets a body that was dropped run to its end, as a runtime does.
func settle(task *edotest.Task, f edo.Future[edo.Unit]) {
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
				t.Fatal("taken without room")
			}
			sink.Grow(1)
			edotest.RequireWoken(t, task, 1)
			edotest.RequirePending(t, task, f)
			if len(sink.Taken()) != 1 || len(sink.Flushed()) != 0 {
				t.Fatalf("taken %d, flushed %d, want 1 and 0", len(sink.Taken()), len(sink.Flushed()))
			}
			sink.HoldFlush(false)
			edotest.RequireWoken(t, task, 1)
			edotest.RequireReady(t, task, f)
			if len(sink.Flushed()) != 1 || sink.Flushed()[0] != v || v.Drops() != 0 {
				t.Fatalf("flushed %v, dropped %d times", sink.Flushed(), v.Drops())
			}
			settle(task, f)
		})
	}
}

func TestSendDropsAValueThatTheSinkDidNotTake(t *testing.T) {
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
			settle(task, f)
			if v.Drops() != 1 {
				t.Fatalf("dropped %d times with its future", v.Drops())
			}
		})
	}
}

// hasty has room, and refuses what it is given all the same: it was closed between.
type hasty struct{ edo.Sink[handle] }

func (hasty) StartSend(handle) error { return errTest }

func TestValueThatTheSinkRefusesAtTheLastMomentIsDropped(t *testing.T) {
	faces := maps.Clone(sends)
	for name, sendAll := range sendAlls {
		faces[name] = func(sink edo.Sink[handle], v handle) edo.Future[edo.Unit] {
			return sendAll(sink, stream.Once(v))
		}
	}
	for name, send := range faces {
		t.Run(name, func(t *testing.T) {
			task, v := edotest.NewTask(), owntest.NewHandle(1)
			f := send(hasty{owntest.NewSink[handle](t, 1)}, v)
			edotest.RequireError(t, task, f, errTest)
			if settle(task, f); v.Drops() != 1 {
				t.Fatalf("dropped %d times", v.Drops())
			}
		})
	}
}

func TestSendDropsNothingThatTheSinkHasTaken(t *testing.T) {
	for name, send := range sends {
		t.Run(name, func(t *testing.T) {
			task, sink, v := edotest.NewTask(), owntest.NewSink[handle](t, 1), owntest.NewHandle(1)
			sink.HoldFlush(true)
			f := send(sink, v)
			edotest.RequirePending(t, task, f)
			settle(task, f)
			if v.Drops() != 0 {
				t.Fatal("dropped")
			}
		})
	}
}

func TestSendAllReachesBackToItsSource(t *testing.T) {
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
			settle(task, f)
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
				t.Fatal("the source is held during the last flush")
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
			left := owntest.NewHandle(2)
			src := owntest.NewScript[handle](t).Give(owntest.NewHandle(1)).Fail(errTest).Give(left)
			edotest.RequireError(t, task, sendAll(sink, src), errTest)
			if src.Drops() != 1 || left.Drops() != 1 || len(sink.Taken()) != 1 {
				t.Fatalf("source dropped %d times, its rest %d times; %d taken", src.Drops(), left.Drops(), len(sink.Taken()))
			}

			sink, left = owntest.NewSink[handle](t, 0), owntest.NewHandle(3)
			src = owntest.NewScript[handle](t).Give(left)
			f := sendAll(sink, src)
			edotest.RequirePending(t, task, f)
			sink.Fail(errTest)
			edotest.RequireError(t, task, f, errTest)
			if src.Drops() != 1 || left.Drops() != 1 {
				t.Fatalf("source dropped %d times, the value it gave %d times", src.Drops(), left.Drops())
			}
		})
	}
}

func TestSendAllDroppedDropsTheValueItHolds(t *testing.T) {
	for name, sendAll := range sendAlls {
		t.Run(name, func(t *testing.T) {
			task, sink, v := edotest.NewTask(), owntest.NewSink[handle](t, 0), owntest.NewHandle(1)
			src := owntest.NewScript[handle](t).Give(v)
			f := sendAll(sink, src)
			edotest.RequirePending(t, task, f)
			settle(task, f)
			if v.Drops() != 1 || src.Drops() != 1 {
				t.Fatalf("dropped %d and %d times", v.Drops(), src.Drops())
			}
		})
	}
}

func TestSendAllGivesWay(t *testing.T) {
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
