package mpmc_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpmc"
)

// sunk calls one of the polls of a sink by task and fails the test when it is not as
// wanted.
func sunk(t *testing.T, task *edotest.Task, poll func(*edo.Context) (edo.Poll, error), want edo.Poll, wantErr error) {
	t.Helper()
	task.Enter(func(cx *edo.Context) {
		if p, err := poll(cx); p != want || !errors.Is(err, wantErr) {
			t.Fatalf("got %v, %v, want %v, %v", p, err, want, wantErr)
		}
	})
}

func startSend[T any](t *testing.T, s edo.Sink[T], v T, want error) {
	t.Helper()
	if err := s.StartSend(v); !errors.Is(err, want) {
		t.Fatalf("StartSend(%v) = %v, want %v", v, err, want)
	}
}

func TestSinkHoldsOneValueInLine(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	var s edo.Sink[int] = tx.Sink()
	task := edotest.NewTask()
	sunk(t, task, s.PollReady, edo.Ready, nil)
	startSend(t, s, 1, nil)
	sunk(t, task, s.PollFlush, edo.Ready, nil)
	if rx.Len() != 1 {
		t.Fatal("a value for which there was room waits")
	}
	sunk(t, task, s.PollReady, edo.Ready, nil)
	startSend(t, s, 2, nil)         // no room: in line
	startSend(t, s, 3, edo.ErrFull) // and no more than one
	trySend(t, tx, 3, edo.ErrFull)
	sunk(t, task, s.PollFlush, edo.Pending, nil)
	sunk(t, task, s.PollReady, edo.Pending, nil)
	edotest.RequireWoken(t, task, 0)
	recv(t, rx, 1)
	edotest.RequireWoken(t, task, 1)
	sunk(t, task, s.PollReady, edo.Ready, nil)
	sunk(t, task, s.PollFlush, edo.Ready, nil)
	recv(t, rx, 2)
	sunk(t, task, s.PollClose, edo.Ready, nil)
	sunk(t, task, s.PollClose, edo.Ready, nil)
	tryRecvFails(t, rx, edo.ErrClosed)
	startSend(t, s, 4, edo.ErrClosed)
}

func TestSinkKeepsItsPlaceBeforeItIsPolledAgain(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	s := tx.Clone().Sink()
	defer s.Drop()
	defer tx.Close()
	task, later := edotest.NewTask(), edotest.NewTask()
	sunk(t, task, s.PollReady, edo.Ready, nil)
	startSend(t, s, 1, nil)
	sunk(t, task, s.PollReady, edo.Ready, nil)
	startSend(t, s, 2, nil)
	polled(t, later, tx.SendFuture(3), edo.Pending, nil)
	recv(t, rx, 1)
	edotest.RequireWoken(t, task, 0) // it has not polled since
	edotest.RequireWoken(t, later, 0)
	sunk(t, task, s.PollReady, edo.Ready, nil)
	recv(t, rx, 2)
	edotest.RequireWoken(t, later, 1)
	recv(t, rx, 3)
}

func TestIdleSinkTakesNoRoom(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	s := tx.Clone().Sink()
	defer s.Drop()
	sunk(t, edotest.NewTask(), s.PollReady, edo.Ready, nil)
	trySend(t, tx, 1, nil)
	recv(t, rx, 1)
}

func TestSinkCloseWaitsForTheValueInLine(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	s, task := tx.Sink(), edotest.NewTask()
	startSend(t, s, 1, nil)
	startSend(t, s, 2, nil)
	sunk(t, task, s.PollClose, edo.Pending, nil)
	recv(t, rx, 1)
	edotest.RequireWoken(t, task, 1)
	sunk(t, task, s.PollClose, edo.Ready, nil)
	recv(t, rx, 2)
	tryRecvFails(t, rx, edo.ErrClosed)
}

func TestSinkOfAClosedChannelFailsForGood(t *testing.T) {
	tx, rx := mpmc.New[*owntest.Handle](1)
	s, task := tx.Sink(), edotest.NewTask()
	held, refused := owntest.NewHandle(0), owntest.NewHandle(0)
	startSend(t, s, owntest.NewHandle(0), nil)
	startSend(t, s, held, nil)
	sunk(t, task, s.PollReady, edo.Pending, nil)
	rx.Close()
	edotest.RequireWoken(t, task, 1)
	for range 2 {
		sunk(t, task, s.PollReady, edo.Ready, edo.ErrClosed)
		sunk(t, task, s.PollFlush, edo.Ready, edo.ErrClosed)
		startSend(t, s, refused, edo.ErrClosed)
	}
	sunk(t, task, s.PollClose, edo.Ready, edo.ErrClosed)
	if n := tx.StrongCount(); n != 0 {
		t.Fatalf("StrongCount() = %d after PollClose", n)
	}
	s.Drop()
	if held.Drops() != 1 || refused.Drops() != 0 {
		t.Fatalf("dropped %d and %d times, want 1 and 0", held.Drops(), refused.Drops())
	}
}

func TestSinkSeesAClosedChannelBeforeItSends(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	s := tx.Sink()
	defer s.Drop()
	rx.Drop()
	sunk(t, edotest.NewTask(), s.PollReady, edo.Ready, edo.ErrClosed)
}

func TestSinkSeesAClosedChannelAlsoAfterItsValueWasAccepted(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	s := tx.Sink()
	defer s.Drop()
	task := edotest.NewTask()
	startSend(t, s, 1, nil)
	startSend(t, s, 2, nil) // in line
	sunk(t, task, s.PollFlush, edo.Pending, nil)
	recv(t, rx, 1) // 2 is accepted
	rx.Drop()
	sunk(t, task, s.PollFlush, edo.Ready, nil)
	startSend(t, s, 3, edo.ErrClosed)

	tx, rx = mpmc.New[int](1)
	s = tx.Sink()
	defer s.Drop()
	startSend(t, s, 1, nil)
	startSend(t, s, 2, nil)
	recv(t, rx, 1)
	rx.Drop()
	sunk(t, task, s.PollReady, edo.Ready, edo.ErrClosed) // a further one could not be sent
	startSend(t, s, 3, edo.ErrClosed)
}

func TestDroppedSinkClosesItsSenderAlsoWhenADropPanics(t *testing.T) {
	tx, rx := mpmc.New[*clumsy](1)
	s := tx.Sink()
	first, held := &clumsy{}, &clumsy{}
	startSend(t, s, first, nil)
	startSend(t, s, held, nil)
	panics(t, s.Drop)
	recv(t, rx, first)
	tryRecvFails(t, rx, edo.ErrClosed)
}

func TestDroppedSinkLeavesTheLineAndClosesItsSender(t *testing.T) {
	tx, rx := mpmc.New[*owntest.Handle](1)
	s := tx.Sink()
	first, held := owntest.NewHandle(0), owntest.NewHandle(0)
	startSend(t, s, first, nil)
	startSend(t, s, held, nil)
	s.Drop()
	s.Drop()
	if held.Drops() != 1 {
		t.Fatalf("held value dropped %d times, want 1", held.Drops())
	}
	recv(t, rx, first)
	tryRecvFails(t, rx, edo.ErrClosed)
}
