package broadcast_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
)

// atWork makes two senders at one place.
func atWork(tx *broadcast.Sender[int]) (handles []*broadcast.Sender[int]) {
	for range 2 {
		handles = append(handles, tx.Clone())
	}
	return handles
}

func TestReceiveWaitsForTheSendersByWhereTheyWereMade(t *testing.T) {
	tx, rx := broadcast.New[int](16)
	handles := append(atWork(tx), atWork(tx)...)
	task := edotest.NewTask()
	edotest.RequireNextPending(t, task, rx)
	const here = " made at waits_test.go:1 (func broadcast_test.TestReceiveWaitsForTheSendersByWhereTheyWereMade)"
	for face, got := range map[string][]edo.Wait{
		"stream": edotest.WaitsNext(task, rx),
		"poll":   task.Inspect(func(cx *edo.Context) { rx.PollRecv(cx) }),
		"future": edotest.Waits(task, rx.RecvFuture()),
		"direct": edotest.Waits(task, edo.Async(rx.Recv)),
	} {
		t.Log(face)
		chantest.RequireWait(t, got, "broadcast: receive (nothing new, capacity 16)",
			"4 senders made at waits_test.go:1 (func broadcast_test.atWork)", "a sender"+here)
	}
	tx.Close()
	handles[0].Close()
	chantest.RequireWait(t, edotest.WaitsNext(task, rx), "broadcast: receive (nothing new, capacity 16)",
		"3 senders made at waits_test.go:1 (func broadcast_test.atWork)")
	edotest.RequireWoken(t, task, 0)
	send(t, handles[1], 1, 1)
	edotest.RequireWoken(t, task, 1) // the inspections have not replaced its waker
	chantest.RequireWait(t, edotest.WaitsNext(task, rx), "broadcast: receive (1 new, capacity 16)",
		"3 senders made at waits_test.go:1 (func broadcast_test.atWork)")
	recv(t, rx, 1)
	rx.Close()
	chantest.RequireWait(t, edotest.WaitsNext(task, rx), "broadcast: receive (closed)")
}

func TestClosedWaitsForTheReceivers(t *testing.T) {
	tx, rx := broadcast.New[int](16)
	task := edotest.NewTask()
	f := tx.ClosedFuture()
	edotest.RequirePending(t, task, f)
	for _, receivers := range []string{"a receiver", "2 receivers"} {
		for face, got := range map[string][]edo.Wait{
			"poll":   task.Inspect(func(cx *edo.Context) { tx.PollClosed(cx) }),
			"future": edotest.Waits(task, f),
			"direct": edotest.Waits(task, chantest.ClosedDirect(tx)),
		} {
			t.Log(face)
			chantest.RequireWait(t, got, "broadcast: closed", receivers, "a Close of this sender")
		}
		if receivers == "a receiver" {
			tx.Subscribe()
		}
	}
	edotest.RequireWoken(t, task, 0)
	tx.Close()
	edotest.RequireWoken(t, task, 1)
	rx.Drop()
}

func TestWaitThatHasEndedSaysSo(t *testing.T) {
	task := edotest.NewTask()
	tx, rx := broadcast.New[int](4)
	other := tx.Clone()
	tx.Close()
	chantest.RequireWait(t, edotest.Waits(task, tx.ClosedFuture()), "broadcast: closed (this sender is closed)")
	f := other.ClosedFuture()
	other.Close()
	chantest.RequireWait(t, edotest.Waits(task, rx.RecvFuture()), "broadcast: receive (at its end: every sender is closed, capacity 4)")
	tx, rx = broadcast.New[int](4)
	rx.Drop()
	chantest.RequireWait(t, edotest.Waits(task, tx.ClosedFuture()), "broadcast: closed (no receivers are left)")
	chantest.RequireWait(t, edotest.Waits(task, f), "broadcast: closed (this sender is closed)")
}
