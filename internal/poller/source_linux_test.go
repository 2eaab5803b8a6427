package poller

import (
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/invariant/interleave"
)

// The protocol of a source in all interleavings, on a descriptor that exists in
// the test alone:
//
//	go test -tags invariants -run Interleaved ./internal/poller

// model is a source with something to read, the kernel's side of it, and what
// became of it.
type model struct {
	t      *testing.T
	poller Poller
	source Source
	data   atomic.Int32 // to be read
	got    atomic.Int32
}

func newModel(t *testing.T) *model {
	const nowhere = 1 << 20 // closing it fails, and harms nobody
	m := &model{t: t}
	m.source.poller, m.source.fd = &m.poller, nowhere
	m.poller.table.put(nowhere, &m.source)
	m.poller.open.Store(1)
	return m
}

// arrive is the kernel: something arrives, and some worker is told of the edge.
func (m *model) arrive() {
	m.data.Add(1)
	if invariant.Enabled {
		invariant.Step("arrived")
	}
	m.source.happened(syscall.EPOLLIN, worker())
}

// read polls until the source says that task has to wait, or is closed.
func (m *model) read(task *mock) error {
	for {
		if err := m.source.Begin(Read, &task.Task); err != nil {
			return err
		}
		if m.poller.open.Load() != 1 {
			m.t.Error("the descriptor was used after it had been closed")
		}
		if n := m.data.Swap(0); n > 0 {
			m.got.Add(n)
			m.source.End(Read, Short)
		} else {
			m.source.End(Read, Drained)
		}
	}
}

func TestInterleavedNoEdgeIsLost(t *testing.T) {
	n := interleave.ExploreBounded(t, 4, func() ([]func(), func()) {
		m, task := newModel(t), newMock()
		reader := func() {
			if err := m.read(task); err != ErrWait {
				t.Errorf("got %v, want ErrWait", err)
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

func TestInterleavedReaderThatLeavesSomethingWakesWhoeverCameMeanwhile(t *testing.T) {
	n := interleave.Explore(t, func() ([]func(), func()) {
		m, first, second := newModel(t), newMock(), newMock()
		m.arrive()
		m.arrive()
		if err := m.source.Begin(Read, &first.Task); err != nil {
			t.Fatal(err)
		}
		leave := func() { // takes one of the two
			m.data.Add(-1)
			m.got.Add(1)
			m.source.End(Read, More)
		}
		return []func(){leave, func() { m.read(second) }}, func() {
			if second.wakes.Load() > 0 {
				m.read(second)
			}
			if m.got.Load() != 2 {
				t.Errorf("%d of 2 were read, and nobody is woken for the rest", m.got.Load())
			}
		}
	})
	t.Logf("%d schedules", n)
}

func TestInterleavedCloseEndsWaitsAndClosesOnceAfterTheLastUse(t *testing.T) {
	n := interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		m, task := newModel(t), newMock()
		var err error
		threads := []func(){
			func() { err = m.read(task) },
			m.arrive,
			func() { m.source.Close() },
			func() { m.source.Close() },
		}
		return threads, func() {
			if err == ErrWait && task.wakes.Load() == 0 {
				t.Error("the reader waits for ever")
			}
			if err := m.read(task); err != net.ErrClosed {
				t.Errorf("got %v, want net.ErrClosed", err)
			}
			if n := m.poller.open.Load(); n != 0 {
				t.Errorf("the descriptor was closed %d times", 1-n)
			}
		}
	})
	t.Logf("%d schedules", n)
}

func TestSourceIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Source{}); size > 40 {
		t.Fatalf("a source is %d bytes", size)
	}
}

func TestShortReadIsDrainedUnlessTheEndCame(t *testing.T) {
	for _, test := range []struct {
		name   string
		events uint32
		want   error
	}{
		{"data", syscall.EPOLLIN, ErrWait},
		{"data and the end", syscall.EPOLLIN | syscall.EPOLLRDHUP, nil},
		{"data and an error", syscall.EPOLLIN | syscall.EPOLLERR, nil},
		{"urgent data", syscall.EPOLLIN | syscall.EPOLLPRI, nil},
	} {
		m, task := newModel(t), newMock()
		m.source.happened(test.events, worker())
		if err := m.source.Begin(Read, &task.Task); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		m.source.End(Read, Short)
		if err := m.source.TryBegin(Read); err != test.want {
			t.Errorf("after a short read of %s: got %v, want %v", test.name, err, test.want)
		}
	}
}

func TestDirectionsDoNotDisturbEachOther(t *testing.T) {
	m, reader, writer := newModel(t), newMock(), newMock()
	if m.source.Begin(Read, &reader.Task) != ErrWait || m.source.Begin(Write, &writer.Task) != ErrWait {
		t.Fatal("ready before anything has happened")
	}
	m.source.happened(syscall.EPOLLOUT, worker())
	if reader.wakes.Load() != 0 || writer.wakes.Load() != 1 {
		t.Fatalf("woken: reader %d, writer %d", reader.wakes.Load(), writer.wakes.Load())
	}
	m.source.happened(syscall.EPOLLIN|syscall.EPOLLOUT, worker())
	if reader.wakes.Load() != 1 || writer.wakes.Load() != 1 {
		t.Fatalf("woken: reader %d, writer %d", reader.wakes.Load(), writer.wakes.Load())
	}
}
