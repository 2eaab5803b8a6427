package oneshot_test

import (
	"reflect"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/oneshot"
)

func waitsAre(t *testing.T, got []edo.Wait, on string, by ...string) {
	t.Helper()
	if want := []edo.Wait{{On: on, By: by}}; !reflect.DeepEqual(got, want) {
		t.Errorf("waits for %+v, want %+v", got, want)
	}
}

func TestReceiverSaysThatItWaitsForItsSender(t *testing.T) {
	tx, rx := oneshot.New[int]()
	task := edotest.NewTask()
	polled(t, task, rx, 0, edo.Pending, nil)
	waitsAre(t, edotest.Waits(task, rx), "oneshot: receive", "its sender, which has neither sent nor closed (a function that may fail defers its Close)")
	tx.Send(1)
	edotest.RequireWoken(t, task, 1) // the inspection has left the waker
	waitsAre(t, edotest.Waits(task, rx), "oneshot: receive (sent)")
	polled(t, task, rx, 1, edo.Ready, nil)
	waitsAre(t, edotest.Waits(task, rx), "oneshot: receive (received already)")
}

func TestSenderSaysThatItWaitsForItsReceiverToGo(t *testing.T) {
	tx, rx := oneshot.New[int]()
	task := edotest.NewTask()
	pollClosed(t, task, tx, edo.Pending)
	const on, by = "oneshot: the receiver to go", "its receiver, which is neither closed nor dropped"
	waitsAre(t, edotest.Waits(task, tx.ClosedFuture()), on, by)
	waitsAre(t, task.Inspect(func(cx *edo.Context) { tx.PollClosed(cx) }), on, by)
	rx.Close()
	edotest.RequireWoken(t, task, 1)
	waitsAre(t, edotest.Waits(task, tx.ClosedFuture()), on+" (it is closed)")
	pollClosed(t, task, tx, edo.Ready)
}

func TestInspectionDoesNotPutAnotherWakerInPlace(t *testing.T) {
	tx, rx := oneshot.New[int]()
	waits, asks := edotest.NewTask(), edotest.NewTask()
	polled(t, waits, rx, 0, edo.Pending, nil)
	edotest.Waits(asks, rx)
	tx.Send(1)
	edotest.RequireWoken(t, waits, 1)
	edotest.RequireWoken(t, asks, 0)
}

func TestWaitForWhatHasEndedSaysSo(t *testing.T) {
	task := edotest.NewTask()
	tx, rx := oneshot.New[int]()
	tx.Close()
	waitsAre(t, edotest.Waits(task, rx), "oneshot: receive (the sender is closed)")
	waitsAre(t, edotest.Waits(task, tx.ClosedFuture()), "oneshot: the receiver to go (this sender is closed)")
	_, rx = oneshot.New[int]()
	rx.Close()
	waitsAre(t, edotest.Waits(task, rx), "oneshot: receive (closed)")
	tx, _ = oneshot.New[int]()
	tx.Send(1)
	waitsAre(t, edotest.Waits(task, tx.ClosedFuture()), "oneshot: the receiver to go (sent)")
}
