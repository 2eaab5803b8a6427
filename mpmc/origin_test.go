package mpmc_test

import (
	"bytes"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/mpmc"
)

// safeBuffer is written by the collector's goroutine.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// reports calls fn with what is logged while it runs.
func reports(fn func(out *safeBuffer)) {
	out := &safeBuffer{}
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(out, nil)))
	defer slog.SetDefault(old)
	fn(out)
}

// collect runs the collector until done says so, and no longer than it takes any
// clean-up to run.
func collect(done func() bool) bool {
	for range 1000 {
		if done() {
			return true
		}
		runtime.GC()
		runtime.Gosched()
	}
	return done()
}

//go:noinline
func forgetSender(tx *mpmc.Sender[int]) {
	tx.Clone().TrySend(1)
}

func TestForgottenSenderIsClosedAndReported(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	task := edotest.NewTask()
	reports(func(out *safeBuffer) {
		forgetSender(tx)
		tx.Close()
		next(t, task, rx, 1, edo.Ready)
		next(t, task, rx, 0, edo.Pending)
		if !collect(func() bool { return strings.Contains(out.String(), "forgetSender") }) {
			t.Fatalf("not reported: %q", out)
		}
		for _, want := range []string{"level=WARN", "mpmc: a Sender was never closed", "forgetSender", "origin_test.go"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("report %q lacks %q", out, want)
			}
		}
		edotest.RequireWoken(t, task, 1)
		next(t, task, rx, 0, edo.End)
		check(t, rx)
	})
}

//go:noinline
func weakOfForgotten(tx *mpmc.Sender[int]) *mpmc.WeakSender[int] { return tx.Clone().Downgrade() }

func TestNeitherWeakHandleNorPermitNorReportKeepsAForgottenSender(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	task := edotest.NewTask()
	reports(func(*safeBuffer) {
		weak, permit := weakOfForgotten(tx), tryReserve(t, tx.Clone())
		next(t, task, rx, 0, edo.Pending)
		if n := len(edotest.WaitsNext(task, rx)[0].By); n != 4 {
			t.Errorf("%d lines: three places and a permit", n)
		}
		if !collect(func() bool { return rx.StrongCount() == 1 }) {
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
	trySend(t, tx, 1, nil)
	task := edotest.NewTask()
	reports(func(out *safeBuffer) {
		f := tx.Clone().SendFuture(2) // the future alone holds the handle
		polled(t, task, f, edo.Pending, nil)
		tx.Close()
		for range 3 {
			runtime.GC()
		}
		if n := rx.StrongCount(); n != 1 {
			t.Errorf("StrongCount() = %d while a send waits, want 1", n)
		}
		recv(t, rx, 1)
		back, _, err := edotest.Poll(task, f)
		if err != nil {
			t.Fatal(err)
		}
		back.Close()
		recv(t, rx, 2)
		tryRecvFails(t, rx, edo.ErrClosed)
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
	reports(func(out *safeBuffer) {
		for range 100 {
			tx.Clone().Close()
			forgetSender(gone) // its receiver is dropped: nobody waits
		}
		if !collect(func() bool { return gone.StrongCount() == 1 }) {
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
