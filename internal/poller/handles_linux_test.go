package poller

import (
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/invariant/interleave"
)

// tied is a connection of a program, which begins with its handle.
type tied struct {
	driver.Handle
	name string
}

// inner is what a program has a connection of.
type inner struct{ driver.Conn }

// tie makes a connection of s, and returns its handle. found counts how often it is found.
func tie(s *Source, found *atomic.Int32) *driver.Handle {
	c := &tied{driver.Handle{Inner: inner{}}, "a connection"}
	s.HoldHandle(&c.Handle, func(driver.Conn) { found.Add(1) })
	return &c.Handle
}

// lookByHand says that no look comes but those of the test.
func lookByHand(p *Poller) { p.handles.isAsked = true }

// isHeld reports whether s refers to h, and has no cleanup of it; or it fails the test when
// neither is the case, or both.
func isHeld(t *testing.T, s *Source, h *driver.Handle) bool {
	t.Helper()
	_, hasCleanup := s.poller.handles.cleanups[s]
	isHeld := s.handle.Load() == h
	if isHeld == hasCleanup {
		t.Fatalf("the handle is held: %v; it has a cleanup: %v", isHeld, hasCleanup)
	}
	return isHeld
}

func TestHandleThatNoGoroutineCanReachIsFound(t *testing.T) {
	p := newTestPoller(t)
	s, other := pair(t, p)
	defer syscall.Close(other)
	var found atomic.Int32
	tie(s, &found)
	for end := time.Now().Add(patience); found.Load() == 0; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("the collector has not found it")
		}
		runtime.GC()
	}
	s.Close()
	if n := len(p.handles.cleanups); n != 0 {
		t.Errorf("%d cleanups are kept of a source that is closed", n)
	}
}

func TestHandleIsLetGoByTheSecondLookAfterAnOperation(t *testing.T) {
	m := newModel(t)
	lookByHand(&m.poller)
	var found atomic.Int32
	h := tie(&m.source, &found)
	m.source.state.Or(readable)
	for i, test := range []struct {
		look string
		use  bool
		want bool
	}{
		{"the first", false, true},
		{"one after an operation", true, true},
		{"one after another operation", true, true},
		{"the second after an operation", false, false},
		{"one more", false, false},
	} {
		if test.use {
			poll, err := m.source.Begin(driver.Reading, nil)
			wantReady(t, poll, err)
			m.source.lookAtHandle(true)
			m.source.lookAtHandle(true)
			if !isHeld(t, &m.source, h) {
				t.Fatal("let go while an operation was under way")
			}
			m.source.End(driver.Reading, More)
			poll, err = m.source.Begin(driver.Reading, nil)
			wantReady(t, poll, err)
			m.source.End(driver.Reading, More)
		}
		m.source.lookAtHandle(true)
		if isHeld(t, &m.source, h) != test.want {
			t.Errorf("look %d, %s: the handle is held: %v", i, test.look, !test.want)
		}
	}
	runtime.KeepAlive(h)
}

func TestHandleIsHeldAgainWhenAnOperationWaits(t *testing.T) {
	m, task := newModel(t), newMock()
	lookByHand(&m.poller)
	var found atomic.Int32
	h := tie(&m.source, &found)
	m.source.lookAtHandle(false)
	m.source.lookAtHandle(false)
	if isHeld(t, &m.source, h) {
		t.Fatal("the handle was not let go")
	}
	poll, err := m.source.Begin(driver.Reading, &task.Task)
	wantPending(t, poll, err)
	m.source.HoldHandle(h, m.poller.handles.found)
	for range 3 {
		m.source.lookAtHandle(false)
		if !isHeld(t, &m.source, h) {
			t.Fatal("the handle was let go while a task waited")
		}
	}
	m.source.Forget(driver.Reading, &task.Task)
	m.source.lookAtHandle(false)
	if isHeld(t, &m.source, h) {
		t.Error("the handle is held although the task waits no longer")
	}
	runtime.KeepAlive(h)
}

// The waiters of each source are woken in one round of wakeEvery, and not in the others.
func TestTaskThatHasGivenUpWithoutAWordLosesItsHandle(t *testing.T) {
	p := newTestPoller(t)
	s, other := pair(t, p)
	defer syscall.Close(other)
	lookByHand(p)
	stays, task := newMock(), newMock()
	var found atomic.Int32
	h := tie(s, &found)
	_, poll, err := read(s, stays, make([]byte, 1))
	wantPending(t, poll, err)
	_, poll, err = read(s, task, make([]byte, 1)) // stays is in the overflow table now
	wantPending(t, poll, err)
	round := func() {
		for range wakeEvery {
			p.lookAtHandles()
		}
	}
	round()
	round()
	if n := task.wakes.Load(); n != 1 {
		t.Errorf("woken %d times", n)
	}
	if n := stays.wakes.Load(); n != 1 {
		t.Errorf("the other waiter was woken %d times", n)
	}
	if isHeld(t, s, h) {
		t.Fatal("the handle is held, and no task waits")
	}
	if _, poll, err = read(s, stays, make([]byte, 1)); poll != driver.Pending {
		t.Fatalf("got %v, %v", poll, err)
	}
	s.HoldHandle(h, p.handles.found)
	before := stays.wakes.Load()
	for range 3 * wakeEvery {
		p.lookAtHandles()
		if stays.wakes.Load() != before {
			before = stays.wakes.Load()
			_, poll, err = read(s, stays, make([]byte, 1)) // it waits, and says so
			wantPending(t, poll, err)
		}
		if !isHeld(t, s, h) {
			t.Fatal("the handle of a task that waits was let go")
		}
	}
	runtime.KeepAlive(h)
}

func TestLooksComeToAllSourcesAPartAtATime(t *testing.T) {
	p := new(Poller)
	sources := map[int32]*Source{}
	for _, fd := range []int32{0, 3*chunkSize + 7, (partOfLook + 1) * chunkSize, 3*partOfLook*chunkSize - 1} {
		s := &Source{poller: p, fd: fd}
		p.sources.set(fd, s)
		sources[fd] = s
		s.handle.Store(new(driver.Handle))
	}
	looks := 0
	for ; looks < 3; looks++ {
		p.lookAtHandles()
	}
	for fd, s := range sources {
		if s.state.Load()&untouched == 0 {
			t.Errorf("%d looks have not come to source %d", looks, fd)
		}
	}
	if sources[0].handle.Load() == nil {
		t.Error("one round has looked at a source twice")
	}
}

func TestInterleavedClosedSourceKeepsNoCleanup(t *testing.T) {
	n := interleave.Explore(t, func() ([]func(), func()) {
		m := newModel(t)
		lookByHand(&m.poller)
		var found atomic.Int32
		h := tie(&m.source, &found)
		m.source.lookAtHandle(false)
		return []func(){
				func() { m.source.lookAtHandle(false) },
				func() { m.source.Close() },
				func() { m.source.HoldHandle(h, m.poller.handles.found) },
			}, func() {
				if n := len(m.poller.handles.cleanups); n != 0 {
					t.Errorf("%d cleanups", n)
				}
				runtime.KeepAlive(h)
			}
	})
	t.Logf("%d schedules", n)
}
