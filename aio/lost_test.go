package aio_test

import (
	"bytes"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/sim"
)

// safeBuffer has a lock, because the collector's goroutine writes to it.
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

// reports returns a buffer that receives the log from now on.
func reports(t *testing.T) *safeBuffer {
	out := &safeBuffer{}
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(out, nil)))
	t.Cleanup(func() { slog.SetDefault(old) })
	return out
}

// collect runs the collector until done returns true, at most so often that every clean-up
// function has run.
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

// half returns an end of a Duplex. Its other end is garbage after the call of use.
//
//go:noinline
func half(use func(other *aio.Pipe)) *aio.Pipe {
	mine, other := aio.Duplex(8)
	use(other)
	return mine
}

func TestForgottenEndIsClosedAndReportedWithItsPlace(t *testing.T) {
	out, task := reports(t), edotest.NewTask()
	mine := half(func(other *aio.Pipe) { requireWritten(t, task, other, "abc", 3) })
	requireRead(t, task, mine, 8, "abc")
	edotest.RequirePending(t, task, reading(mine))
	if !collect(func() bool { return strings.Contains(out.String(), "line=") }) {
		t.Fatalf("not reported: %q", out)
	}
	edotest.RequireWoken(t, task, 1)
	edotest.RequireError(t, task, reading(mine), io.EOF)
	edotest.RequireError(t, task, writing(mine), io.ErrClosedPipe)
	if text := out.String(); !strings.Contains(text, "lost_test.go") || !strings.Contains(text, "aio_test.half") ||
		strings.Count(text, "never closed") != 1 {
		t.Errorf("reported as %q", text)
	}
	runtime.KeepAlive(mine)
}

func TestEndThatIsClosedOrShutDownOrUnusedIsNotReported(t *testing.T) {
	out, task := reports(t), edotest.NewTask()
	var kept []*aio.Pipe
	kept = append(kept,
		half(func(other *aio.Pipe) { other.Close() }),
		half(func(other *aio.Pipe) { edotest.RequireReady(t, task, aio.ShutdownFuture(other)) }),
	)
	half(func(*aio.Pipe) {}) // neither end is left
	gone := half(func(*aio.Pipe) {})
	gone.Close()
	// The end that was shut down is closed as well: writes to it fail.
	if !collect(func() bool {
		_, p, err := edotest.Poll(task, writing(kept[1]))
		return p == edo.Ready && err == io.ErrClosedPipe
	}) {
		t.Error("an end that was shut down and forgotten is not closed")
	}
	if text := out.String(); text != "" {
		t.Errorf("reported: %q", text)
	}
	runtime.KeepAlive(kept)
	runtime.KeepAlive(gone)
}

func TestReaderOfAForgottenEndIsNotLeftWaitingInASimulation(t *testing.T) {
	out := reports(t)
	var read error
	sim.Run(1, func(task *edo.Task) error {
		mine := half(func(*aio.Pipe) {})
		_, read = aio.Read(task, mine, make([]byte, 1))
		return nil
	})
	if read != io.EOF || !strings.Contains(out.String(), "never closed") {
		t.Errorf("the read has ended with %v; reported: %q", read, out)
	}
}
