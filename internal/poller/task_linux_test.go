package poller

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// mock is a task that counts its wakes.
type mock struct {
	sched.Task
	wakes atomic.Int32
	woken chan struct{} // holds a token after a wake
}

func newMock() *mock {
	m := &mock{woken: make(chan struct{}, 1)}
	m.InitExternal(m)
	m.Suspend()
	return m
}

func (m *mock) Poll(*sched.Context) bool { panic("a mock is polled by hand") }
func (m *mock) Fail(any, []byte)         { panic("a mock is polled by hand") }

// Unpark counts, and makes the task idle again so that the next wake counts too.
func (m *mock) Unpark() {
	m.wakes.Add(1)
	m.Resume()
	for !m.Suspend() {
		m.wakes.Add(1)
	}
	select {
	case m.woken <- struct{}{}:
	default:
	}
}

// worker returns the context of a goroutine that looks and waits.
func worker() *sched.Context { return sched.NewContext(nil, &newMock().Task) }

const patience = time.Minute

// await waits until m is woken, and says whether it was.
func (m *mock) await() bool {
	select {
	case <-m.woken:
		return true
	case <-time.After(patience):
		return false
	}
}

func wantPending(t testing.TB, poll driver.Poll, err error) {
	t.Helper()
	if poll != driver.Pending || err != nil {
		t.Fatalf("got %v, %v, want that it is pending", poll, err)
	}
}

func wantReady(t *testing.T, poll driver.Poll, err error) {
	t.Helper()
	if poll != driver.Ready || err != nil {
		t.Fatalf("got %v, %v, want that it is ready", poll, err)
	}
}
