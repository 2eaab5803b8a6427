package watch_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/watch"
)

func TestReceiverWaitsForTheSendersByWhereTheyWereMade(t *testing.T) {
	tx, rx := watch.New(1)
	var clones []*watch.Sender[int]
	for range 2 {
		clones = append(clones, tx.Clone())
	}
	task := edotest.NewTask()
	edotest.RequirePending(t, task, rx.ChangedFuture())
	refuse := func(int) bool { return false }
	fail := func(int) bool { t.Error("an inspection has called the predicate"); return true }
	const on, suits = "watch: changed (nothing unseen)", "watch: wait for (the value does not suit)"
	const here = " made at waits_test.go:1 (func watch_test.TestReceiverWaitsForTheSendersByWhereTheyWereMade)"
	direct := edo.Async(func(task *edo.Task) (int, error) { return rx.WaitFor(task, refuse) })
	edotest.RequirePending(t, task, direct)
	for _, c := range []struct {
		face string
		got  []edo.Wait
		on   string
	}{
		{"PollChanged", task.Inspect(func(cx *edo.Context) { rx.PollChanged(cx) }), on},
		{"ChangedFuture", edotest.Waits(task, rx.ChangedFuture()), on},
		{"Changed", edotest.Waits(task, changedDirect(rx)), on},
		{"PollNext", edotest.WaitsNext(task, rx), on},
		{"PollWaitFor", task.Inspect(func(cx *edo.Context) { rx.PollWaitFor(cx, fail) }), suits},
		{"WaitForFuture", edotest.Waits(task, rx.WaitForFuture(fail)), suits},
		{"WaitFor", edotest.Waits(task, direct), suits},
	} {
		t.Log(c.face)
		chantest.RequireWait(t, c.got, c.on, "2 senders"+here, "a sender"+here)
	}
	edotest.RequireWoken(t, task, 0)
	clones[0].Close()
	send(t, tx, 2, nil)
	edotest.RequireWoken(t, task, 1) // the inspections have not replaced its waker
	chantest.RequireWait(t, edotest.WaitsNext(task, rx), "watch: changed (a value unseen)", "a sender"+here, "a sender"+here)
	rx.Close()
	chantest.RequireWait(t, edotest.WaitsNext(task, rx), "watch: changed (closed)")
}

func TestClosedWaitsForTheReceivers(t *testing.T) {
	tx, rx := watch.New(1)
	task := edotest.NewTask()
	for face, got := range map[string][]edo.Wait{
		"poll":   task.Inspect(func(cx *edo.Context) { tx.PollClosed(cx) }),
		"future": edotest.Waits(task, tx.ClosedFuture()),
		"direct": edotest.Waits(task, chantest.ClosedDirect(tx)),
	} {
		t.Log(face)
		chantest.RequireWait(t, got, "watch: closed", "a receiver", "a Close of this sender")
	}
	rx.Drop()
	edotest.RequireWoken(t, task, 0)
}

func TestWaitThatHasEndedSaysSo(t *testing.T) {
	task := edotest.NewTask()
	tx, rx := watch.New(0)
	other := tx.Clone()
	tx.Close()
	chantest.RequireWait(t, edotest.Waits(task, tx.ClosedFuture()), "watch: closed (this sender is closed)")
	f := other.ClosedFuture()
	other.Close()
	chantest.RequireWait(t, edotest.Waits(task, rx.ChangedFuture()), "watch: changed (at its end: every sender is closed)")
	tx, rx = watch.New(0)
	rx.Drop()
	chantest.RequireWait(t, edotest.Waits(task, tx.ClosedFuture()), "watch: closed (no receivers are left)")
	chantest.RequireWait(t, edotest.Waits(task, f), "watch: closed (this sender is closed)")
}
