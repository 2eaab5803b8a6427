package poller

import (
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/invariant/interleave"
)

// The protocol of a source in all interleavings, on a descriptor that exists in
// the test alone:
//
//	go test -tags invariants -run Interleaved ./internal/poller

// model is a source with bytes to read, the kernel's side of it, and the bytes that were
// read.
type model struct {
	t      *testing.T
	poller Poller
	source Source
	data   atomic.Int32 // to be read
	got    atomic.Int32
}

func newModel(t *testing.T) *model {
	const nowhere = 1 << 20 // closing it fails
	m := &model{t: t}
	m.source.poller, m.source.fd = &m.poller, nowhere
	m.poller.sources.set(nowhere, &m.source)
	m.poller.registered.Store(1)
	return m
}

// arrive is the kernel: bytes arrive, and a worker gets the edge.
func (m *model) arrive() {
	m.data.Add(1)
	if invariant.Enabled {
		invariant.Step("arrived")
	}
	m.source.deliver(syscall.EPOLLIN, worker())
}

// read polls until task has to wait, or the source is closed.
func (m *model) read(task *mock) (driver.Poll, error) {
	for {
		if poll, err := m.source.Begin(driver.Reading, &task.Task); poll == driver.Pending || err != nil {
			return poll, err
		}
		if m.poller.registered.Load() != 1 {
			m.t.Error("the descriptor was used after it had been closed")
		}
		if n := m.data.Swap(0); n > 0 {
			m.got.Add(n)
			m.source.End(driver.Reading, Short)
		} else {
			m.source.End(driver.Reading, Drained)
		}
	}
}

func TestInterleavedNoEdgeIsLost(t *testing.T) {
	n := interleave.ExploreBounded(t, 4, func() ([]func(), func()) {
		m, task := newModel(t), newMock()
		reader := func() {
			if poll, err := m.read(task); poll != driver.Pending || err != nil {
				t.Errorf("got %v, %v, want that it is pending", poll, err)
			}
		}
		return []func(){reader, m.arrive, m.arrive}, func() {
			if m.got.Load() == 2 {
				return
			}
			if task.wakes.Load() == 0 {
				t.Errorf("%d of 2 were read, and the reader waits for ever", m.got.Load())
			}
			m.read(task)
			if m.got.Load() != 2 {
				t.Errorf("%d of 2 were read after the wake", m.got.Load())
			}
		}
	})
	t.Logf("%d schedules", n)
}

func TestInterleavedReaderThatLeavesBytesWakesTheReaderThatCameMeanwhile(t *testing.T) {
	n := interleave.Explore(t, func() ([]func(), func()) {
		m, first, second := newModel(t), newMock(), newMock()
		m.arrive()
		m.arrive()
		poll, err := m.source.Begin(driver.Reading, &first.Task)
		wantReady(t, poll, err)
		leave := func() { // takes one of the two
			m.data.Add(-1)
			m.got.Add(1)
			m.source.End(driver.Reading, More)
		}
		return []func(){leave, func() { m.read(second) }}, func() {
			if second.wakes.Load() > 0 {
				m.read(second)
			}
			if m.got.Load() != 2 {
				t.Errorf("%d of 2 were read, and no reader is woken for the rest", m.got.Load())
			}
		}
	})
	t.Logf("%d schedules", n)
}

func TestInterleavedCloseEndsWaitsAndClosesOnceAfterTheLastUse(t *testing.T) {
	n := interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		m, task := newModel(t), newMock()
		var poll driver.Poll
		threads := []func(){
			func() { poll, _ = m.read(task) },
			m.arrive,
			func() { m.source.Close() },
			func() { m.source.Close() },
		}
		return threads, func() {
			if poll == driver.Pending && task.wakes.Load() == 0 {
				t.Error("the reader waits for ever")
			}
			if _, err := m.read(task); err != net.ErrClosed {
				t.Errorf("got %v, want net.ErrClosed", err)
			}
			if n := m.poller.registered.Load(); n != 0 {
				t.Errorf("the descriptor was closed %d times", 1-n)
			}
		}
	})
	t.Logf("%d schedules", n)
}

func TestSourceIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Source{}); size > 48 {
		t.Fatalf("a source is %d bytes", size)
	}
}

func TestShortReadIsDrainedUnlessTheEndCame(t *testing.T) {
	for _, test := range []struct {
		name   string
		events uint32
		want   driver.Poll
	}{
		{"data", syscall.EPOLLIN, driver.Pending},
		{"data and the end", syscall.EPOLLIN | syscall.EPOLLRDHUP, driver.Ready},
		{"data and an error", syscall.EPOLLIN | syscall.EPOLLERR, driver.Ready},
		{"urgent data", syscall.EPOLLIN | syscall.EPOLLPRI, driver.Ready},
	} {
		m, task := newModel(t), newMock()
		m.source.deliver(test.events, worker())
		poll, err := m.source.Begin(driver.Reading, &task.Task)
		wantReady(t, poll, err)
		m.source.End(driver.Reading, Short)
		if poll, err := m.source.Begin(driver.Reading, nil); poll != test.want || err != nil {
			t.Errorf("after a short read of %s: got %v, %v, want %v", test.name, poll, err, test.want)
		}
	}
}

func TestDirectionsDoNotDisturbEachOther(t *testing.T) {
	m, reader, writer := newModel(t), newMock(), newMock()
	poll, err := m.source.Begin(driver.Reading, &reader.Task)
	wantPending(t, poll, err)
	poll, err = m.source.Begin(driver.Writing, &writer.Task)
	wantPending(t, poll, err)
	m.source.deliver(syscall.EPOLLOUT, worker())
	if reader.wakes.Load() != 0 || writer.wakes.Load() != 1 {
		t.Fatalf("woken: reader %d, writer %d", reader.wakes.Load(), writer.wakes.Load())
	}
	m.source.deliver(syscall.EPOLLIN|syscall.EPOLLOUT, worker())
	if reader.wakes.Load() != 1 || writer.wakes.Load() != 1 {
		t.Fatalf("woken: reader %d, writer %d", reader.wakes.Load(), writer.wakes.Load())
	}
}
