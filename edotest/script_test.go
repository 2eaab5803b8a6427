package edotest_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

// reads is one read of up to size bytes from a script, as a future.
type reads struct {
	s    *edotest.Script
	size int
}

func (r reads) Poll(cx *edo.Context) (string, edo.Poll, error) {
	p := make([]byte, r.size)
	n, poll, err := r.s.PollRead(cx, p)
	return string(p[:n]), poll, err
}

// writes is one write to a script, as a future.
type writes struct {
	s *edotest.Script
	p string
}

func (w writes) Poll(cx *edo.Context) (int, edo.Poll, error) { return w.s.PollWrite(cx, []byte(w.p)) }

// recorder is a test that notes its errors and cleanups instead of failing.
type recorder struct {
	testing.TB
	errs     []string
	cleanups []func()
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errs = append(r.errs, fmt.Sprintf(format, args...))
}
func (r *recorder) Cleanup(fn func()) { r.cleanups = append(r.cleanups, fn) }
func (r *recorder) Failed() bool      { return len(r.errs) > 0 }
func (r *recorder) Helper()           {}

func (r *recorder) finish() string {
	for _, fn := range r.cleanups {
		fn()
	}
	return strings.Join(r.errs, "; ")
}

func TestScriptReadsPieceByPieceThenAlwaysTheEnd(t *testing.T) {
	task := edotest.NewTask()
	s := edotest.NewScript(t).Read([]byte("abc")).Read([]byte("d")).EOF()
	for _, want := range []string{"ab", "c", "d"} {
		if got := edotest.RequireReady(t, task, reads{s, 2}); got != want {
			t.Fatalf("read %q, want %q", got, want)
		}
	}
	edotest.RequireError(t, task, reads{s, 2}, io.EOF)
	edotest.RequireError(t, task, reads{s, 2}, io.EOF)
}

func TestScriptAcceptsAWriteUpToItsStep(t *testing.T) {
	task := edotest.NewTask()
	s := edotest.NewScript(t).Write([]byte("ab")).Write(nil).Write([]byte("cd"))
	for i, want := range []int{2, 0, 1, 1} {
		p := []string{"abcd", "cd", "c", "d"}[i]
		if got := edotest.RequireReady(t, task, writes{s, p}); got != want {
			t.Fatalf("write of %q accepted %d, want %d", p, got, want)
		}
	}
}

func TestScriptErrorsComeOnce(t *testing.T) {
	task := edotest.NewTask()
	errRead, errWrite := errors.New("read"), errors.New("write")
	s := edotest.NewScript(t).ReadError(errRead).Read([]byte("a")).WriteError(errWrite).Write([]byte("b"))
	edotest.RequireError(t, task, reads{s, 9}, errRead)
	edotest.RequireReady(t, task, reads{s, 9})
	edotest.RequireError(t, task, writes{s, "b"}, errWrite)
	edotest.RequireReady(t, task, writes{s, "b"})
}

func TestScriptPendingWakesAtOnce(t *testing.T) {
	task := edotest.NewTask()
	s := edotest.NewScript(t).Pending().Read([]byte("a")).Pending().Write([]byte("b"))
	edotest.RequirePending(t, task, reads{s, 9})
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, reads{s, 9})
	edotest.RequirePending(t, task, writes{s, "b"})
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, writes{s, "b"})
}

func TestScriptWaitIsEndedByHand(t *testing.T) {
	task := edotest.NewTask()
	s := edotest.NewScript(t).Wait().Read([]byte("a"))
	edotest.RequirePending(t, task, reads{s, 9})
	edotest.RequirePending(t, task, reads{s, 9})
	edotest.RequireWoken(t, task, 0)
	s.Wake()
	edotest.RequireWoken(t, task, 1)
	edotest.RequireReady(t, task, reads{s, 9})
}

func TestScriptWakeReachesTheTaskWhoseTurnItIsAlone(t *testing.T) {
	reader, writer := edotest.NewTask(), edotest.NewTask()
	s := edotest.NewScript(t).Wait().Write([]byte("a")).Wait().Read([]byte("b"))
	edotest.RequirePending(t, reader, reads{s, 9})
	edotest.RequirePending(t, writer, writes{s, "a"})
	s.Wake()
	edotest.RequireWoken(t, reader, 0)
	edotest.RequireWoken(t, writer, 1)
	edotest.RequireReady(t, writer, writes{s, "a"})
	edotest.RequireWoken(t, reader, 0)
	s.Wake()
	edotest.RequireWoken(t, reader, 1)
	edotest.RequireWoken(t, writer, 0)
	edotest.RequireReady(t, reader, reads{s, 9})
}

func TestScriptReadWaitsForTheWritesBeforeIt(t *testing.T) {
	reader, writer := edotest.NewTask(), edotest.NewTask()
	s := edotest.NewScript(t).Write([]byte("ab")).Read([]byte("c"))
	edotest.RequirePending(t, reader, reads{s, 9})
	edotest.RequireReady(t, writer, writes{s, "a"})
	edotest.RequireWoken(t, reader, 0)
	edotest.RequireReady(t, writer, writes{s, "b"})
	edotest.RequireWoken(t, reader, 1)
	edotest.RequireReady(t, reader, reads{s, 9})
}

func TestScriptWriteDoesNotWaitForTheReadsBeforeIt(t *testing.T) {
	task := edotest.NewTask()
	s := edotest.NewScript(t).Read([]byte("a")).EOF().Write([]byte("b"))
	edotest.RequireReady(t, task, writes{s, "b"})
	edotest.RequireReady(t, task, reads{s, 9})
	edotest.RequireError(t, task, reads{s, 9}, io.EOF)
}

func TestScriptHaltHoldsBackTheWritesBehindIt(t *testing.T) {
	reader, writer := edotest.NewTask(), edotest.NewTask()
	s := edotest.NewScript(t).Read([]byte("a")).Pending().Write([]byte("b"))
	edotest.RequirePending(t, writer, writes{s, "b"})
	edotest.RequireWoken(t, writer, 0)
	edotest.RequireReady(t, reader, reads{s, 9})
	edotest.RequireWoken(t, writer, 1)
	edotest.RequirePending(t, writer, writes{s, "b"})
	edotest.RequireWoken(t, writer, 1)
	edotest.RequireReady(t, writer, writes{s, "b"})
}

func TestScriptTakesFromTheBudget(t *testing.T) {
	task := edotest.NewTask()
	s := edotest.NewScript(t).Read([]byte("a")).Write([]byte("b"))
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if _, p, _ := (reads{s, 9}).Poll(cx); p != edo.Pending {
			t.Fatalf("read: %v", p)
		}
		if _, p, _ := (writes{s, "b"}).Poll(cx); p != edo.Pending {
			t.Fatalf("write: %v", p)
		}
	})
	edotest.RequireReady(t, task, reads{s, 9})
	edotest.RequireReady(t, task, writes{s, "b"})
}

func TestScriptCountsFlushesAndShutdowns(t *testing.T) {
	s := edotest.NewScript(t)
	edotest.NewTask().Enter(func(cx *edo.Context) {
		s.PollFlush(cx)
		s.PollFlush(cx)
		s.PollShutdown(cx)
	})
	if s.Flushes() != 2 || s.Shutdowns() != 1 {
		t.Fatalf("%d flushes and %d shutdowns, want 2 and 1", s.Flushes(), s.Shutdowns())
	}
}

func TestScriptReportsReadsAndWritesThatAreNotInIt(t *testing.T) {
	task := edotest.NewTask()
	poll := func(f edo.Future[int]) { edotest.Poll(task, f) }
	for _, c := range []struct {
		name  string
		steps func(*edotest.Script)
		do    func(*edotest.Script)
		want  string
	}{
		{"read after the end", func(*edotest.Script) {},
			func(s *edotest.Script) { edotest.Poll(task, reads{s, 1}) }, "read after the end"},
		{"write after the end", func(*edotest.Script) {},
			func(s *edotest.Script) { poll(writes{s, "x"}) }, `write of "x" that is not`},
		{"other bytes", func(s *edotest.Script) { s.Write([]byte("ab")) },
			func(s *edotest.Script) { poll(writes{s, "ax"}) }, `write of "ax" where the script says "ab"`},
		{"wake without a halt", func(s *edotest.Script) { s.Read([]byte("a")) },
			func(s *edotest.Script) { s.Wake() }, `not come to a Wait; left are: Read("a")`},
		{"not played to its end", func(s *edotest.Script) { s.Read([]byte("a")).Wait().EOF().WriteError(io.EOF) },
			func(s *edotest.Script) { edotest.Poll(task, reads{s, 1}) }, "left are: Wait(), EOF(), WriteError(EOF)"},
		{"a met halt is played", func(s *edotest.Script) { s.Wait() },
			func(s *edotest.Script) { edotest.Poll(task, reads{s, 1}) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := &recorder{TB: t}
			s := edotest.NewScript(rec)
			c.steps(s)
			c.do(s)
			if got := rec.finish(); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
				t.Fatalf("reported %q, want %q", got, c.want)
			}
		})
	}
}
