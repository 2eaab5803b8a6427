package sink_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/stream/sink"
)

var errTest = errors.New("test: failed")

// closable is a sink of owntest, which may be closed and dropped.
type closable struct {
	*owntest.Sink[int]
	closes, drops int
}

func (c *closable) PollClose(cx *edo.Context) (edo.Poll, error) {
	c.closes++
	return c.Sink.PollFlush(cx)
}
func (c *closable) Drop() { c.drops++ }

func newSink(t *testing.T, room int) *closable {
	return &closable{Sink: owntest.NewSink[int](t, room)}
}

// ready polls s for room.
func ready(task *edotest.Task, s edo.Sink[int]) (p edo.Poll, err error) {
	task.Enter(func(cx *edo.Context) { p, err = s.PollReady(cx) })
	return p, err
}

func flush(task *edotest.Task, s edo.Sink[int]) (p edo.Poll, err error) {
	task.Enter(func(cx *edo.Context) { p, err = s.PollFlush(cx) })
	return p, err
}

func TestFanoutHasRoomWhenAllHaveAndGivesEachValueToAll(t *testing.T) {
	task, a, b := edotest.NewTask(), newSink(t, 2), newSink(t, 1)
	s := sink.Fanout[int](a, b)
	if p, _ := ready(task, s); p != edo.Ready || s.StartSend(1) != nil {
		t.Fatal("no room for the first value")
	}
	if p, _ := ready(task, s); p != edo.Pending {
		t.Fatal("there is room although one sink has none")
	}
	b.Grow(1)
	edotest.RequireWoken(t, task, 1)
	if p, _ := ready(task, s); p != edo.Ready || s.StartSend(2) != nil {
		t.Fatal("no room for the second value")
	}
	if p, _ := flush(task, s); p != edo.Ready || !slices.Equal(a.Flushed(), []int{1, 2}) || !slices.Equal(b.Flushed(), []int{1, 2}) {
		t.Fatalf("flushed %v and %v", a.Flushed(), b.Flushed())
	}
	edo.Drop(s)
	edo.Drop(s)
	if a.drops != 1 || b.drops != 1 {
		t.Fatalf("dropped %d and %d times", a.drops, b.drops)
	}
}

func TestAFanoutFailsWithTheFirstSinkThatDoes(t *testing.T) {
	task, a, b := edotest.NewTask(), newSink(t, 2), newSink(t, 2)
	s := sink.Fanout[int](a, b)
	b.Fail(errTest)
	if _, err := ready(task, s); err != errTest {
		t.Fatalf("got %v", err)
	}
	b.Fail(nil)
	if _, err := ready(task, s); err != errTest {
		t.Fatalf("got %v: a sink that has failed fails for good", err)
	}
}

func TestABufferIsAheadOfItsSinkByItsRoomAndFlushesAll(t *testing.T) {
	task, to := edotest.NewTask(), newSink(t, 0)
	s := sink.Buffer[int](to, 2)
	for v := range 2 {
		if p, err := ready(task, s); p != edo.Ready || err != nil || s.StartSend(v+1) != nil {
			t.Fatalf("no room for value %d", v)
		}
	}
	if p, _ := ready(task, s); p != edo.Pending || s.StartSend(9) == nil {
		t.Fatal("there is room for a third value")
	}
	to.Grow(1)
	edotest.RequireWoken(t, task, 1)
	if p, _ := ready(task, s); p != edo.Ready || !slices.Equal(to.Taken(), []int{1}) {
		t.Fatalf("taken %v", to.Taken())
	}
	if p, _ := flush(task, s); p != edo.Pending {
		t.Fatal("flushed although a value waits")
	}
	to.Grow(1)
	if p, _ := flush(task, s); p != edo.Ready || !slices.Equal(to.Flushed(), []int{1, 2}) {
		t.Fatalf("flushed %v", to.Flushed())
	}
}

func TestABufferThatIsDroppedDropsItsValuesAndItsSink(t *testing.T) {
	a := owntest.NewHandle(1)
	tx, rx := mpsc.New[*owntest.Handle](1)
	s := sink.Buffer[*owntest.Handle](tx.Sink(), 2)
	edotest.NewTask().Enter(func(cx *edo.Context) { s.PollReady(cx) })
	if err := s.StartSend(a); err != nil {
		t.Fatal(err)
	}
	edo.Drop(s)
	edo.Drop(s)
	if _, p, _ := edotest.PollNext(edotest.NewTask(), rx); p != edo.End || a.Drops() != 1 {
		t.Fatalf("%v; the value was dropped %d times", p, a.Drops())
	}
}

func TestForwardThroughSinksClosesTheLastOne(t *testing.T) {
	var got []string
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[string](1)
		edo.Go(task, func(task *edo.Task) error {
			for v := range stream.All(task, rx) {
				got = append(got, v)
			}
			return nil
		})
		to := sink.With(sink.Buffer(sink.Fanout[string](tx.Sink()), 3), func(v int) (string, error) { return fmt.Sprint("n", v), nil })
		return stream.Forward(task, to, stream.Values(1, 2, 3, 4, 5))
	})
	if err != nil || !slices.Equal(got, []string{"n1", "n2", "n3", "n4", "n5"}) {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestWithLeavesTheValueOfAFailedFunctionToTheCaller(t *testing.T) {
	task, to := edotest.NewTask(), newSink(t, 2)
	s := sink.With(edo.Sink[int](to), func(v int) (int, error) {
		if v == 1 {
			return 0, errTest
		}
		return 10 * v, nil
	})
	ready(task, s)
	if err := s.StartSend(1); err != errTest {
		t.Fatalf("got %v", err)
	}
	if err := s.StartSend(2); err != nil || !slices.Equal(to.Taken(), []int{20}) {
		t.Fatalf("taken %v, %v", to.Taken(), err)
	}
}

func TestAFunctionIsASinkUntilItFails(t *testing.T) {
	task, n := edotest.NewTask(), 0
	s := sink.Func(func(v int) error {
		if n += v; v == 2 {
			return errTest
		}
		return nil
	})
	for _, c := range []struct {
		v    int
		want error
	}{{1, nil}, {2, errTest}, {1, errTest}} {
		if err := s.StartSend(c.v); err != c.want {
			t.Fatalf("got %v, want %v", err, c.want)
		}
	}
	if _, err := ready(task, s); err != errTest || n != 3 {
		t.Fatalf("got %v after %d", err, n)
	}
}

func TestADroppedChannelSinkDropsTheValueThatWaitsAndClosesTheChannel(t *testing.T) {
	ch, task, h := make(chan *owntest.Handle), edotest.NewTask(), owntest.NewHandle(1)
	s := sink.Chan(ch)
	if err := s.StartSend(h); err != nil {
		t.Fatal(err)
	}
	var p edo.Poll
	task.Enter(func(cx *edo.Context) { p, _ = s.PollReady(cx) })
	if p != edo.Pending {
		t.Fatal("there is room while a value waits")
	}
	edo.Drop(s)
	edo.Drop(s)
	received := 0 // a receiver that comes at the same time may get the value
	for range ch {
		received++
	}
	if received+h.Drops() != 1 {
		t.Fatalf("received %d times, dropped %d times", received, h.Drops())
	}
	if err := s.StartSend(h); err != edo.ErrClosed {
		t.Fatalf("got %v", err)
	}
}

func TestAValueAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	n := 0
	s := sink.With(sink.Buffer(sink.Fanout(sink.Func(func(v int) error { n += v; return nil }), sink.Func(func(int) error { return nil })), 4),
		func(v int) (int, error) { return v + 1, nil })
	task := edotest.NewTask()
	send := func(cx *edo.Context) {
		for range 10 {
			s.PollReady(cx)
			s.StartSend(1 << 20)
		}
		s.PollFlush(cx)
	}
	if got := testing.AllocsPerRun(100, func() { task.EnterWithBudget(1000, send) }); got != 0 {
		t.Fatalf("%v allocations", got)
	}
}

func ExampleWith() {
	words := sink.With(sink.Func(func(line string) error { _, err := fmt.Println(line); return err }),
		func(n int) (string, error) { return fmt.Sprint("number ", n), nil })
	edo.Run(func(task *edo.Task) error { return stream.Forward(task, words, stream.Values(1, 2)) })
	// Output:
	// number 1
	// number 2
}
