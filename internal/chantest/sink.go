package chantest

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
)

func SinkHoldsOneValueInLine(t *testing.T, open Open[int]) {
	tx, rx := open(1)
	s := tx.Sink()
	task := edotest.NewTask()
	PollSink(t, task, s.PollReady, edo.Ready, nil)
	StartSend(t, s, 1, nil)
	PollSink(t, task, s.PollFlush, edo.Ready, nil)
	if rx.Len() != 1 {
		t.Fatal("a value for which there was room waits")
	}
	PollSink(t, task, s.PollReady, edo.Ready, nil)
	StartSend(t, s, 2, nil)         // no room: in line
	StartSend(t, s, 3, edo.ErrFull) // and no more than one
	TrySend(t, tx, 3, edo.ErrFull)
	PollSink(t, task, s.PollFlush, edo.Pending, nil)
	PollSink(t, task, s.PollReady, edo.Pending, nil)
	edotest.RequireWoken(t, task, 0)
	Recv(t, rx, 1)
	edotest.RequireWoken(t, task, 1)
	PollSink(t, task, s.PollReady, edo.Ready, nil)
	PollSink(t, task, s.PollFlush, edo.Ready, nil)
	Recv(t, rx, 2)
	PollSink(t, task, s.PollClose, edo.Ready, nil)
	PollSink(t, task, s.PollClose, edo.Ready, nil)
	RecvFails(t, rx, edo.ErrClosed)
	StartSend(t, s, 4, edo.ErrClosed)
}

func SinkKeepsItsPlaceBeforeItIsPolledAgain(t *testing.T, open Open[int]) {
	tx, rx := open(1)
	s := tx.Clone().Sink()
	defer s.Drop()
	defer tx.Close()
	task, later := edotest.NewTask(), edotest.NewTask()
	PollSink(t, task, s.PollReady, edo.Ready, nil)
	StartSend(t, s, 1, nil)
	PollSink(t, task, s.PollReady, edo.Ready, nil)
	StartSend(t, s, 2, nil)
	Poll(t, later, tx.SendFuture(3), edo.Pending, nil)
	Recv(t, rx, 1)
	edotest.RequireWoken(t, task, 0) // it has not polled since
	edotest.RequireWoken(t, later, 0)
	PollSink(t, task, s.PollReady, edo.Ready, nil)
	Recv(t, rx, 2)
	edotest.RequireWoken(t, later, 1)
	Recv(t, rx, 3)
}

func IdleSinkTakesNoRoom(t *testing.T, open Open[int]) {
	tx, rx := open(1)
	defer tx.Close()
	s := tx.Clone().Sink()
	defer s.Drop()
	PollSink(t, edotest.NewTask(), s.PollReady, edo.Ready, nil)
	TrySend(t, tx, 1, nil)
	Recv(t, rx, 1)
}

func SinkCloseWaitsForTheValueInLine(t *testing.T, open Open[int]) {
	tx, rx := open(1)
	s, task := tx.Sink(), edotest.NewTask()
	StartSend(t, s, 1, nil)
	StartSend(t, s, 2, nil)
	PollSink(t, task, s.PollClose, edo.Pending, nil)
	Recv(t, rx, 1)
	edotest.RequireWoken(t, task, 1)
	PollSink(t, task, s.PollClose, edo.Ready, nil)
	Recv(t, rx, 2)
	RecvFails(t, rx, edo.ErrClosed)
}

func SinkOfAClosedChannelFailsForGood(t *testing.T, open Open[*owntest.Handle]) {
	tx, rx := open(1)
	s, task := tx.Sink(), edotest.NewTask()
	held, refused := owntest.NewHandle(0), owntest.NewHandle(0)
	StartSend(t, s, owntest.NewHandle(0), nil)
	StartSend(t, s, held, nil)
	PollSink(t, task, s.PollReady, edo.Pending, nil)
	rx.Close()
	edotest.RequireWoken(t, task, 1)
	for range 2 {
		PollSink(t, task, s.PollReady, edo.Ready, edo.ErrClosed)
		PollSink(t, task, s.PollFlush, edo.Ready, edo.ErrClosed)
		StartSend(t, s, refused, edo.ErrClosed)
	}
	PollSink(t, task, s.PollClose, edo.Ready, edo.ErrClosed)
	if n := tx.StrongCount(); n != 0 {
		t.Fatalf("StrongCount() = %d after PollClose", n)
	}
	s.Drop()
	if held.Drops() != 1 || refused.Drops() != 0 {
		t.Fatalf("dropped %d and %d times, want 1 and 0", held.Drops(), refused.Drops())
	}
}

func SinkSeesAClosedChannelBeforeItSends(t *testing.T, open Open[int]) {
	tx, rx := open(1)
	s := tx.Sink()
	defer s.Drop()
	rx.Drop()
	PollSink(t, edotest.NewTask(), s.PollReady, edo.Ready, edo.ErrClosed)
}

func SinkSeesAClosedChannelAlsoAfterItsValueWasAccepted(t *testing.T, open Open[int]) {
	tx, rx := open(1)
	s := tx.Sink()
	defer s.Drop()
	task := edotest.NewTask()
	StartSend(t, s, 1, nil)
	StartSend(t, s, 2, nil) // in line
	PollSink(t, task, s.PollFlush, edo.Pending, nil)
	Recv(t, rx, 1) // 2 is accepted
	rx.Drop()
	PollSink(t, task, s.PollFlush, edo.Ready, nil)
	StartSend(t, s, 3, edo.ErrClosed)

	tx, rx = open(1)
	s = tx.Sink()
	defer s.Drop()
	StartSend(t, s, 1, nil)
	StartSend(t, s, 2, nil)
	Recv(t, rx, 1)
	rx.Drop()
	PollSink(t, task, s.PollReady, edo.Ready, edo.ErrClosed) // a further one could not be sent
	StartSend(t, s, 3, edo.ErrClosed)
}

func DroppedSinkClosesItsSenderAlsoWhenADropPanics(t *testing.T, open Open[*Clumsy]) {
	tx, rx := open(1)
	s := tx.Sink()
	first, held := &Clumsy{}, &Clumsy{}
	StartSend(t, s, first, nil)
	StartSend(t, s, held, nil)
	Panics(t, s.Drop)
	Recv(t, rx, first)
	RecvFails(t, rx, edo.ErrClosed)
}

func DroppedSinkLeavesTheLineAndClosesItsSender(t *testing.T, open Open[*owntest.Handle]) {
	tx, rx := open(1)
	s := tx.Sink()
	first, held := owntest.NewHandle(0), owntest.NewHandle(0)
	StartSend(t, s, first, nil)
	StartSend(t, s, held, nil)
	s.Drop()
	s.Drop()
	if held.Drops() != 1 {
		t.Fatalf("held value dropped %d times, want 1", held.Drops())
	}
	Recv(t, rx, first)
	RecvFails(t, rx, edo.ErrClosed)
}
