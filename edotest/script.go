package edotest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
)

// A Script is a connection that plays a script: it is an aio.ReadWriter with answers that
// the test has written down beforehand. A read or write that is not in the script fails the
// test, and so does a script that was not played to its end: this is checked when the test
// ends.
//
//	conn := edotest.NewScript(t).
//		Read([]byte("ping")).
//		Pending().
//		Write([]byte("pong")).
//		EOF()
//
// The steps happen in order, with one exception: as on a real connection, a write does not
// wait for the reads before it. A read waits until the writes before it have happened; a
// Pending or Wait step holds back both directions. A read that is longer than its step gets
// the bytes of that step alone; a shorter one leaves the rest. A write of more bytes than
// its step expects is accepted as far as the step goes, so several Write steps are short
// writes.
//
// A Script may be used by several tasks at once. Add all steps before its first
// use. It keeps the slices that it was given.
type Script struct {
	t testing.TB

	mu             sync.Mutex
	steps          []step    // those that have not happened yet
	ended          bool      // a read has met the EOF
	reader, writer edo.Waker // of the tasks that wait for their turn
	flushes        int
	shutdowns      int
}

type stepKind uint8

const (
	readStep stepKind = iota
	readErrorStep
	eofStep
	writeStep
	writeErrorStep
	pendingStep
	waitStep
)

var stepNames = [...]string{"Read", "ReadError", "EOF", "Write", "WriteError", "Pending", "Wait"}

type step struct {
	kind stepKind
	p    []byte
	err  error
	met  bool // a poll has met this Wait
}

func (s step) String() string {
	switch s.kind {
	case readStep, writeStep:
		return fmt.Sprintf("%s(%q)", stepNames[s.kind], s.p)
	case readErrorStep, writeErrorStep:
		return fmt.Sprintf("%s(%v)", stepNames[s.kind], s.err)
	default:
		return stepNames[s.kind] + "()"
	}
}

func (s step) writes() bool { return s.kind == writeStep || s.kind == writeErrorStep }
func (s step) holds() bool  { return s.kind == pendingStep || s.kind == waitStep }

// errScript is the error of a read or write that is not in the script.
var errScript = errors.New("edotest: not in the script")

// NewScript returns an empty script of test t.
func NewScript(t testing.TB) *Script {
	s := &Script{t: t}
	t.Cleanup(func() {
		if left := s.Left(); left != "" && !t.Failed() {
			t.Errorf("edotest: the script was not played to its end; left are: %s", left)
		}
	})
	return s
}

// Read adds bytes to be read.
func (s *Script) Read(p []byte) *Script { return s.add(step{kind: readStep, p: p}) }

// ReadError adds a read that fails with err.
func (s *Script) ReadError(err error) *Script { return s.add(step{kind: readErrorStep, err: err}) }

// EOF adds the end: reads give [io.EOF] from then on.
func (s *Script) EOF() *Script { return s.add(step{kind: eofStep}) }

// Write adds bytes that must be written. With an empty p it adds a write that
// accepts nothing.
func (s *Script) Write(p []byte) *Script { return s.add(step{kind: writeStep, p: p}) }

// WriteError adds a write that fails with err.
func (s *Script) WriteError(err error) *Script { return s.add(step{kind: writeErrorStep, err: err}) }

// Pending adds a read or write, whichever comes, that is pending and wakes its
// task at once.
func (s *Script) Pending() *Script { return s.add(step{kind: pendingStep}) }

// Wait adds a halt: reads and writes are pending until [Script.Wake]. A Wait that
// a poll has met counts as played, so with one at the end the connection stays idle.
func (s *Script) Wait() *Script { return s.add(step{kind: waitStep}) }

func (s *Script) add(st step) *Script {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps = append(s.steps, st)
	return s
}

// Wake ends the Wait that the script has come to, and wakes the task whose turn it is.
func (s *Script) Wake() {
	s.mu.Lock()
	if len(s.steps) == 0 || s.steps[0].kind != waitStep {
		s.mu.Unlock()
		s.t.Errorf("edotest: Wake, but the script has not come to a Wait; left are: %s", s.Left())
		return
	}
	reader, writer := s.removeStep(0)
	s.mu.Unlock()
	reader.Wake()
	writer.Wake()
}

// Left returns the steps that have not been played, or "" when there are none.
func (s *Script) Left() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []string
	for _, st := range s.steps {
		if !st.met {
			left = append(left, st.String())
		}
	}
	return strings.Join(left, ", ")
}

// Flushes returns how often the writer was flushed.
func (s *Script) Flushes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flushes
}

// Shutdowns returns how often the writer was shut down.
func (s *Script) Shutdowns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shutdowns
}

// waiting is a script as a leaf, for reports.
type waiting Script

// Waits names the next step.
func (w *waiting) Waits(*edo.Context) edo.Wait {
	wait := edo.Wait{On: "edotest: script"}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.steps) > 0 {
		wait.By = []string{"its next step, " + w.steps[0].String()}
	}
	return wait
}

// PollRead plays the next read.
func (s *Script) PollRead(cx *edo.Context, p []byte) (n int, poll edo.Poll, err error) {
	if !cx.Proceed((*waiting)(s)) {
		return 0, edo.Pending, nil
	}
	s.mu.Lock()
	// 1. Without a read step that is next, it ends here.
	switch {
	case s.ended:
		s.mu.Unlock()
		return 0, edo.Ready, io.EOF
	case len(s.steps) == 0:
		s.mu.Unlock()
		s.t.Errorf("edotest: a read after the end of the script")
		return 0, edo.Ready, errScript
	case s.steps[0].holds():
		s.hold(cx, &s.reader)
		s.mu.Unlock()
		return 0, edo.Pending, nil
	case s.steps[0].writes():
		s.reader = cx.Waker()
		s.mu.Unlock()
		return 0, edo.Pending, nil
	}

	// 2. Play the step. The tasks are woken without the lock.
	var reader, writer edo.Waker
	switch st := &s.steps[0]; st.kind {
	case readStep:
		n = copy(p, st.p)
		if st.p = st.p[n:]; len(st.p) == 0 {
			reader, writer = s.removeStep(0)
		}
	case readErrorStep:
		err = st.err
		reader, writer = s.removeStep(0)
	case eofStep:
		err = io.EOF
		s.ended = true
		reader, writer = s.removeStep(0)
	}
	s.mu.Unlock()
	reader.WakeBy(cx)
	writer.WakeBy(cx)
	return n, edo.Ready, err
}

// PollWrite plays the next write.
func (s *Script) PollWrite(cx *edo.Context, p []byte) (n int, poll edo.Poll, err error) {
	if !cx.Proceed((*waiting)(s)) {
		return 0, edo.Pending, nil
	}
	s.mu.Lock()
	at := s.nextWrite()
	// 1. Without a write step that is next, it ends here.
	switch {
	case at < 0:
		s.mu.Unlock()
		s.t.Errorf("edotest: a write of %q that is not in the script", p)
		return 0, edo.Ready, errScript
	case at == 0 && s.steps[0].holds():
		s.hold(cx, &s.writer)
		s.mu.Unlock()
		return 0, edo.Pending, nil
	case s.steps[at].holds():
		s.writer = cx.Waker()
		s.mu.Unlock()
		return 0, edo.Pending, nil
	}

	// 2. Play the step, as far as p goes. The tasks are woken without the lock.
	var reader, writer edo.Waker
	st := &s.steps[at]
	want := st.p
	n = min(len(p), len(want))
	switch {
	case st.kind == writeErrorStep:
		n, err = 0, st.err
		reader, writer = s.removeStep(at)
	case !bytes.Equal(p[:n], want[:n]):
		n, err = 0, errScript
	default:
		if st.p = want[n:]; len(st.p) == 0 {
			reader, writer = s.removeStep(at)
		}
	}
	s.mu.Unlock()
	if err == errScript {
		s.t.Errorf("edotest: a write of %q where the script says %q", p, want)
	}
	reader.WakeBy(cx)
	writer.WakeBy(cx)
	return n, edo.Ready, err
}

// PollFlush counts the flush.
func (s *Script) PollFlush(*edo.Context) (edo.Poll, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flushes++
	return edo.Ready, nil
}

// PollShutdown counts the shutdown.
func (s *Script) PollShutdown(*edo.Context) (edo.Poll, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shutdowns++
	return edo.Ready, nil
}

// hold plays the Pending or Wait that the script has come to. It keeps the waker of the
// poll in waker.
func (s *Script) hold(cx *edo.Context, waker *edo.Waker) {
	if s.steps[0].kind == waitStep {
		s.steps[0].met = true
		*waker = cx.Waker()
		return
	}
	reader, writer := s.removeStep(0)
	reader.WakeBy(cx)
	writer.WakeBy(cx)
	cx.Waker().WakeBy(cx)
}

// removeStep removes step i and returns the wakers of the tasks that have waited for their
// turn and have it now.
func (s *Script) removeStep(i int) (reader, writer edo.Waker) {
	s.steps = slices.Delete(s.steps, i, i+1)
	if len(s.steps) == 0 || !s.steps[0].writes() && s.steps[0].kind != waitStep {
		reader, s.reader = s.reader, reader
	}
	at := s.nextWrite()
	if at < 0 || s.steps[at].writes() || at == 0 && s.steps[0].kind == pendingStep {
		writer, s.writer = s.writer, writer
	}
	if writer == reader {
		writer = edo.Waker{}
	}
	return reader, writer
}

// nextWrite returns the index of the next step for a write, which may be one that holds
// it back; -1: there is none.
func (s *Script) nextWrite() int {
	return slices.IndexFunc(s.steps, func(st step) bool { return st.writes() || st.holds() })
}
