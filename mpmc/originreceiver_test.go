package mpmc_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/sim"
)

//go:noinline
func forgetReceiver(rx *mpmc.Receiver[int]) { rx.Clone() }

// forgetPolled forgets a receiver that has a place in line.
//
//go:noinline
func forgetPolled(t *testing.T, task *edotest.Task, rx *mpmc.Receiver[int]) {
	chantest.Next(t, task, rx.Clone(), 0, edo.Pending)
}

func TestForgottenReceiverIsDroppedAndReported(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	defer tx.Close()
	chantest.CaptureLog(func(out *chantest.Log) {
		forgetReceiver(rx)
		if n := tx.ReceiverCount(); n != 2 {
			t.Fatalf("%d receivers before the collection", n)
		}
		if !chantest.Collect(func() bool { return strings.Contains(out.String(), "forgetReceiver") }) {
			t.Fatalf("not reported: %q", out)
		}
		for _, want := range []string{"level=WARN", "mpmc: a Receiver was never dropped", "originreceiver_test.go"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("report %q lacks %q", out, want)
			}
		}
		if n := tx.ReceiverCount(); n != 1 {
			t.Errorf("%d receivers after the collection", n)
		}
		chantest.TrySend(t, tx, 1, nil)
		chantest.Recv(t, rx, 1)
		check(t, rx)
	})
}

func TestForgottenReceiverPassesItsTurnOn(t *testing.T) {
	for name, promised := range map[string]bool{"in line": false, "promised": true} {
		t.Run(name, func(t *testing.T) {
			tx, rx := mpmc.New[int](1)
			defer tx.Close()
			chantest.CaptureLog(func(*chantest.Log) {
				task := edotest.NewTask()
				forgetPolled(t, edotest.NewTask(), rx)
				chantest.Next(t, task, rx, 0, edo.Pending)
				if promised {
					chantest.TrySend(t, tx, 1, nil)
					edotest.RequireWoken(t, task, 0)
				}
				if !chantest.Collect(func() bool { return tx.ReceiverCount() == 1 }) {
					t.Fatal("a forgotten receiver still counts")
				}
				if !promised {
					chantest.TrySend(t, tx, 1, nil)
				}
				edotest.RequireWoken(t, task, 1)
				chantest.Next(t, task, rx, 1, edo.Ready)
				check(t, rx)
			})
		})
	}
}

//go:noinline
func forgetChannel() *mpmc.Sender[int] {
	tx, _ := mpmc.New[int](1)
	return tx
}

func TestSendersLearnThatTheLastReceiverWasForgotten(t *testing.T) {
	tx := forgetChannel()
	defer tx.Close()
	chantest.CaptureLog(func(*chantest.Log) {
		task, f := edotest.NewTask(), tx.SendFuture(2)
		if tx.TrySend(1) == nil {
			chantest.Poll(t, task, f, edo.Pending, nil)
		}
		if !chantest.Collect(tx.IsClosed) {
			t.Fatal("sends are accepted that can never be received")
		}
		chantest.Poll(t, task, f, edo.Ready, edo.ErrClosed)
	})
}

func TestReceiverThatIsUsedIsNotCollected(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	task := edotest.NewTask()
	f, g := rx.Clone().RecvFuture(), edo.Async(rx.Clone().Recv) // the futures alone hold the handles
	chantest.Poll(t, task, f, edo.Pending, nil)
	chantest.Poll(t, task, g, edo.Pending, nil)
	rx.Drop()
	for range 3 {
		runtime.GC()
	}
	if n := tx.ReceiverCount(); n != 2 {
		t.Errorf("%d receivers while two receives wait", n)
	}
	chantest.TrySend(t, tx, 1, nil)
	got(t, task, f, 1)
	chantest.TrySend(t, tx, 2, nil)
	got(t, task, g, 2)
	runtime.KeepAlive(f)
}

func TestDroppedReceiverAndOneAtTheEndAreNotReported(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	ended, atEnd := mpmc.New[int](1)
	ended.Close()
	chantest.CaptureLog(func(out *chantest.Log) {
		for range 100 {
			rx.Clone().Drop()
			forgetReceiver(atEnd)
		}
		if !chantest.Collect(func() bool { return ended.ReceiverCount() == 1 }) {
			t.Error("forgotten receivers still count")
		}
		if s := out.String(); strings.Contains(s, t.Name()) || strings.Contains(s, "forgetReceiver") {
			t.Errorf("reported %q", s)
		}
	})
	atEnd.Drop()
	rx.Drop()
}

// In a simulation a receiver that was forgotten is found when nothing else can happen, and
// then the sender that waits for it goes on.
func TestForgottenReceiverIsFoundBeforeASimulationStalls(t *testing.T) {
	chantest.CaptureLog(func(*chantest.Log) {
		err := sim.Run(1, func(task *edo.Task) error {
			tx := forgetChannel()
			defer tx.Close()
			return tx.Closed(task)
		})
		if err == nil || !strings.Contains(err.Error(), "a Receiver was never dropped") {
			t.Fatal("the run ended with", err)
		}
	})
}
