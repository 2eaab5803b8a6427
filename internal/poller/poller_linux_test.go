package poller

import (
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

func newTestPoller(t *testing.T) *Poller {
	t.Helper()
	p, err := New(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// bothWays tests a poller whose waits for its sources block, and one whose waits are nested.
func bothWays(t *testing.T, test func(t *testing.T, p *Poller)) {
	for name, nests := range map[string]bool{"blocking": false, "nested": true} {
		t.Run(name, func(t *testing.T) { test(t, pollerThat(t, nests)) })
	}
}

// everyWay tests or measures the three ways to wait: each poller has a source that is never
// ready, or none.
func everyWay[T interface {
	testing.TB
	Run(string, func(T)) bool
}](t T, test func(t T, p *Poller)) {
	t.Run("parked", func(t T) { test(t, pollerThat(t, false)) })
	for name, nests := range map[string]bool{"blocking": false, "nested": true} {
		t.Run(name, func(t T) {
			p := pollerThat(t, nests)
			s, other := pair(t, p)
			t.Cleanup(func() { syscall.Close(other) })
			_, poll, err := read(s, newMock(), make([]byte, 1))
			wantPending(t, poll, err)
			test(t, p)
		})
	}
}

// pollerThat returns a poller whose waits for its sources are nested, or block.
func pollerThat(t testing.TB, nests bool) *Poller {
	t.Helper()
	p, err := newPoller(time.Now(), nests)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// pair returns a source and the other end of its socket.
func pair(t testing.TB, p *Poller) (s *Source, other int) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	s = new(Source)
	if err := p.Open(s, fds[0], Connections, true); err != nil {
		t.Fatal(err)
	}
	return s, fds[1]
}

// read reads once for task.
func read(s *Source, task *mock, b []byte) (int, driver.Poll, error) {
	for {
		if poll, err := s.Begin(driver.Reading, &task.Task); poll == driver.Pending || err != nil {
			return 0, poll, err
		}
		n, err := syscall.Read(s.FD(), b)
		switch {
		case err == syscall.EAGAIN:
			s.End(driver.Reading, Drained)
		case n < len(b):
			s.End(driver.Reading, Short)
			return n, driver.Ready, err
		default:
			s.End(driver.Reading, More)
			return n, driver.Ready, err
		}
	}
}

func TestWaitWakesTheTaskWhoseDescriptorIsReady(t *testing.T) {
	bothWays(t, func(t *testing.T, p *Poller) {
		s, other := pair(t, p)
		defer syscall.Close(other)
		quietSource, quietOther := pair(t, p)
		defer syscall.Close(quietOther)
		task, idle := newMock(), newMock()
		b := make([]byte, 8)
		_, poll, err := read(s, task, b)
		wantPending(t, poll, err)
		_, poll, err = read(quietSource, idle, b)
		wantPending(t, poll, err)
		go syscall.Write(other, []byte("x"))
		p.Wait(worker(), sched.Never)
		if task.wakes.Load() != 1 || idle.wakes.Load() != 0 {
			t.Fatalf("woken %d times, the idle one %d times", task.wakes.Load(), idle.wakes.Load())
		}
		if n, _, err := read(s, task, b); n != 1 || err != nil {
			t.Fatalf("got %d, %v", n, err)
		}
	})
}

func TestShortReadSavesTheNextSystemCall(t *testing.T) {
	p := newTestPoller(t)
	s, other := pair(t, p)
	defer syscall.Close(other)
	task := newMock()
	syscall.Write(other, []byte("x"))
	if n, _, err := read(s, task, make([]byte, 8)); n != 1 || err != nil {
		t.Fatalf("got %d, %v", n, err)
	}
	poll, err := s.Begin(driver.Reading, nil)
	wantPending(t, poll, err)
}

func TestEventsThatWakeNoTaskDoNotEndAWait(t *testing.T) {
	bothWays(t, func(t *testing.T, p *Poller) {
		_, other := pair(t, p) // epoll reports the source as writable
		defer syscall.Close(other)
		at := p.now() + int64(3*time.Millisecond)
		p.Wait(worker(), at)
		if p.now() < at {
			t.Fatal("the wait ended early")
		}
	})
}

func TestMoreEventsThanOneCallReportsAreAllSeen(t *testing.T) {
	bothWays(t, func(t *testing.T, p *Poller) {
		const n = len(events{}) + 20
		tasks := make([]*mock, n)
		for i := range tasks {
			s, other := pair(t, p)
			defer syscall.Close(other)
			tasks[i] = newMock()
			_, poll, err := read(s, tasks[i], make([]byte, 8))
			wantPending(t, poll, err)
			syscall.Write(other, []byte("x"))
		}
		for _, task := range tasks {
			for task.wakes.Load() == 0 {
				p.Wait(worker(), sched.Never)
			}
		}
	})
}

func TestEventOfAClosedDescriptorDoesNotReachItsSuccessor(t *testing.T) {
	p := newTestPoller(t)
	old, other := pair(t, p)
	number, generation := old.fd, old.generation()
	syscall.Close(other)
	stale := []syscall.EpollEvent{{Events: syscall.EPOLLIN | syscall.EPOLLHUP, Fd: number, Pad: int32(generation)}}
	old.Close()
	cx := worker()
	if p.deliver(stale, cx) {
		t.Fatal("a closed source was woken")
	}
	s, other := pair(t, p)
	defer syscall.Close(other)
	if s.fd != number {
		t.Skipf("the number %d was not reused", number)
	}
	task := newMock()
	_, poll, err := read(s, task, make([]byte, 8))
	wantPending(t, poll, err)
	if p.deliver(stale, cx) || task.wakes.Load() != 0 {
		t.Fatal("the event of the closed source reached the source that has its number")
	}
}

func TestLookersAndAWaiterTogetherLoseNothing(t *testing.T) {
	bothWays(t, func(t *testing.T, p *Poller) {
		const sources, messages = 8, 300
		var stop atomic.Bool
		var all, lookers sync.WaitGroup
		for range 2 {
			lookers.Go(func() {
				cx := worker()
				for !stop.Load() {
					p.Look(cx)
					runtime.Gosched()
				}
			})
		}
		lookers.Go(func() {
			cx := worker()
			for !stop.Load() {
				p.Wait(cx, sched.Never)
			}
		})
		for range sources {
			s, other := pair(t, p)
			all.Go(func() { // each message is answered before the next
				task := newMock()
				b := make([]byte, 8)
				for range messages {
					syscall.Write(other, []byte("m"))
					for {
						n, poll, err := read(s, task, b)
						if n == 1 {
							break
						}
						if poll != driver.Pending || !task.await() {
							t.Errorf("got %d, %v, or a wake was lost", n, err)
							return
						}
					}
				}
				syscall.Close(other)
				s.Close()
			})
		}
		all.Wait()
		stop.Store(true)
		p.Wake()
		lookers.Wait()
		if p.Registered() {
			t.Fatal("a source is still registered")
		}
	})
}

func TestCloseWhileAnotherReadsNeverReadsTheSuccessor(t *testing.T) {
	p := newTestPoller(t)
	for i := range 300 {
		id := byte(i)
		s, other := pair(t, p)
		var readers sync.WaitGroup
		ready := make(chan struct{})
		readers.Go(func() {
			task := newMock()
			b := make([]byte, 1)
			close(ready)
			for {
				n, _, err := read(s, task, b)
				if err == net.ErrClosed {
					return
				}
				if n == 1 && b[0] != id {
					t.Errorf("reader %d got a byte for %d", id, b[0])
				}
			}
		})
		<-ready
		for range 20 {
			syscall.Write(other, []byte{id})
		}
		s.Close()
		next, nextOther := pair(t, p) // often with the same number
		syscall.Write(nextOther, []byte{id + 1})
		readers.Wait()
		task := newMock()
		b := make([]byte, 1)
		if n, _, err := read(next, task, b); n != 1 || b[0] != id+1 || err != nil {
			t.Fatalf("got %d, %d, %v: another reader has read it", n, b[0], err)
		}
		next.Close()
		syscall.Close(other)
		syscall.Close(nextOther)
	}
}

func TestClosedPollerOpensNothing(t *testing.T) {
	bothWays(t, func(t *testing.T, p *Poller) {
		s, other := pair(t, p)
		defer syscall.Close(other)
		task := newMock()
		_, poll, err := read(s, task, make([]byte, 1))
		wantPending(t, poll, err)
		for range 2 {
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if task.wakes.Load() != 1 {
			t.Fatal("the waiter was not woken")
		}
		fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer syscall.Close(fds[0])
		defer syscall.Close(fds[1])
		if err := p.Open(new(Source), fds[0], Connections, true); err != net.ErrClosed {
			t.Fatalf("got %v, want net.ErrClosed", err)
		}
		p.Wake() // does nothing
	})
}

func BenchmarkLookThatFindsNothing(b *testing.B) {
	p, err := New(time.Now())
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	cx := worker()
	for b.Loop() {
		p.Look(cx)
	}
}
