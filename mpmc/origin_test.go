package mpmc_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpmc"
)

//go:noinline
func forgetSender(tx *mpmc.Sender[int]) {
	tx.Clone().TrySend(1)
}

func TestForgottenSenderIsClosedAndReported(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	task := edotest.NewTask()
	chantest.CaptureLog(func(out *chantest.Log) {
		forgetSender(tx)
		tx.Close()
		chantest.Next(t, task, rx, 1, edo.Ready)
		chantest.Next(t, task, rx, 0, edo.Pending)
		if !chantest.Collect(func() bool { return strings.Contains(out.String(), "forgetSender") }) {
			t.Fatalf("not reported: %q", out)
		}
		for _, want := range []string{"level=WARN", "mpmc: a Sender was never closed", "forgetSender", "origin_test.go"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("report %q lacks %q", out, want)
			}
		}
		edotest.RequireWoken(t, task, 1)
		chantest.Next(t, task, rx, 0, edo.End)
		check(t, rx)
	})
}

//go:noinline
func weakOfForgotten(tx *mpmc.Sender[int]) *mpmc.WeakSender[int] { return tx.Clone().Downgrade() }

func TestNeitherWeakHandleNorPermitNorReportKeepsAForgottenSender(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	task := edotest.NewTask()
	chantest.CaptureLog(func(*chantest.Log) {
		weak, permit := weakOfForgotten(tx), tryReserve(t, tx.Clone())
		chantest.Next(t, task, rx, 0, edo.Pending)
		if n := len(edotest.WaitsNext(task, rx)[0].By); n != 4 {
			t.Errorf("%d lines: three places and a permit", n)
		}
		if !chantest.Collect(func() bool { return rx.StrongCount() == 1 }) {
			t.Fatal("forgotten senders still count")
		}
		waits(t, edotest.WaitsNext(task, rx), "mpmc: receive (empty, capacity 4)", "a sender made at origin_test.go:1 "+
			"(func mpmc_test.TestNeitherWeakHandleNorPermitNorReportKeepsAForgottenSender)", "a permit")
		tx.Close()
		edotest.RequireWoken(t, task, 0)
		permit.Drop()
		edotest.RequireWoken(t, task, 1)
		upgrade(t, weak, false)
	})
}

func TestSenderThatIsUsedIsNotCollected(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	chantest.TrySend(t, tx, 1, nil)
	task := edotest.NewTask()
	chantest.CaptureLog(func(out *chantest.Log) {
		f := tx.Clone().SendFuture(2) // the future alone holds the handle
		chantest.Poll(t, task, f, edo.Pending, nil)
		tx.Close()
		for range 3 {
			runtime.GC()
		}
		if n := rx.StrongCount(); n != 1 {
			t.Errorf("StrongCount() = %d while a send waits, want 1", n)
		}
		chantest.Recv(t, rx, 1)
		back, _, err := edotest.Poll(task, f)
		if err != nil {
			t.Fatal(err)
		}
		back.Close()
		chantest.Recv(t, rx, 2)
		chantest.RecvFails(t, rx, edo.ErrClosed)
		runtime.GC()
		if strings.Contains(out.String(), t.Name()) {
			t.Errorf("reported %q", out)
		}
	})
}

func TestClosedSenderIsNotReported(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	gone, dropped := mpmc.New[int](1)
	dropped.Drop()
	chantest.CaptureLog(func(out *chantest.Log) {
		for range 100 {
			tx.Clone().Close()
			forgetSender(gone) // its receiver is dropped: no task waits
		}
		if !chantest.Collect(func() bool { return gone.StrongCount() == 1 }) {
			t.Error("forgotten senders still count")
		}
		if n := rx.StrongCount(); n != 1 {
			t.Errorf("StrongCount() = %d, want 1", n)
		}
		if s := out.String(); strings.Contains(s, t.Name()) || strings.Contains(s, "forgetSender") {
			t.Errorf("reported %q", s)
		}
	})
	tx.Close()
	gone.Close()
}
