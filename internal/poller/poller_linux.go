package poller

import (
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// A Poller waits for all of its sources together. Its methods may be called from any
// goroutine, with two exceptions: one goroutine at a time calls Wait, and Close comes
// after the last Look and Wait.
type Poller struct {
	// Owner is the object that the poller belongs to, for [Source.Owner]. It is set before
	// the first Open.
	Owner any

	base       time.Time // instants are nanoseconds since
	epfd       int
	registered atomic.Int64 // number of sources
	sources    sourceTable
	overflow   overflowTable
	handles    handles
	buffers    sync.Pool // of *events, one for each Look
	waiting

	mu         sync.Mutex // guards closed and generation, and orders Open and Close
	closed     bool
	generation uint16
}

// events is the buffer for the events that one system call reports.
type events [128]syscall.EpollEvent

// New returns a poller whose instants are nanoseconds since base. It has one
// descriptor, or two, besides those that Go's own poller opens once for the process.
func New(base time.Time) (*Poller, error) { return newPoller(base, runtime.GOMAXPROCS(0) == 1) }

func newPoller(base time.Time, nests bool) (*Poller, error) {
	epfd := -1
	err := driver.WithDescriptors(func() (err error) { epfd, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); return err })
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	p := &Poller{base: base, epfd: epfd}
	p.buffers.New = func() any { return new(events) }
	if err := p.waiting.init(epfd, nests); err != nil {
		return nil, err
	}
	return p, nil
}

// now returns the present instant.
func (p *Poller) now() int64 { return int64(time.Since(p.base)) }

// Interest is the set of events that a source is registered for.
type Interest uint32

const edge = 1 << 31 // syscall.EPOLLET is negative on some architectures

const (
	// Connections is for a descriptor that is read and written.
	Connections Interest = syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | syscall.EPOLLPRI | edge
	// Listeners is for a descriptor that is only read.
	Listeners Interest = syscall.EPOLLIN | edge
)

// Open registers fd, which must not block, under s. From then on s owns fd. When
// ready is true the first operation in each direction begins at once, as is right for a
// fresh connection; otherwise the kernel is asked first. After an error fd still belongs
// to the caller; net.ErrClosed says that the poller is closed.
func (p *Poller) Open(s *Source, fd int, interest Interest, ready bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return net.ErrClosed
	}
	p.generation++
	s.poller, s.fd = p, int32(fd)
	s.marks.Store(uint32(p.generation))
	if ready {
		s.state.Store(readable | writable)
	}
	p.sources.set(s.fd, s) // before the kernel may report it
	event := syscall.EpollEvent{Events: uint32(interest), Fd: s.fd, Pad: int32(p.generation)}
	if err := syscall.EpollCtl(p.epfd, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
		p.sources.clear(s.fd)
		return os.NewSyscallError("epoll_ctl", err)
	}
	p.countSource()
	return nil
}

func (p *Poller) remove(s *Source) {
	p.handles.remove(s)
	p.sources.clear(s.fd)
	p.registered.Add(-1)
}

// Sources returns how many sources there are.
func (p *Poller) Sources() int { return int(p.registered.Load()) }

// Registered reports whether there is any source.
func (p *Poller) Registered() bool { return p.registered.Load() != 0 }

// Look wakes, by cx, the tasks whose sources have become ready. It does not wait, and
// reports whether it woke any.
func (p *Poller) Look(cx *sched.Context) bool {
	events := p.buffers.Get().(*events)
	// Tasks for which the worker's ring has no room would push its oldest tasks out, to
	// run last. So the events of the others stay in the kernel.
	most := min(max(cx.Room(), leastEvents), len(events))
	woke := p.deliver(events[:pollNow(p.epfd, events[:most])], cx)
	p.buffers.Put(events)
	return woke
}

// leastEvents is how many events a look asks for at the least.
const leastEvents = 8

// deliver delivers events to their sources, and reports whether a task was woken. An
// event whose source has been closed meanwhile is dropped, even when another source has
// got the same descriptor: that one has another generation.
func (p *Poller) deliver(events []syscall.EpollEvent, cx *sched.Context) (woke bool) {
	for i := range events {
		event := &events[i]
		entry := p.sources.entry(event.Fd)
		if entry == nil {
			continue
		}
		s := entry.Load()
		if s != nil && s.generation() == uint16(event.Pad) && s.deliver(event.Events, cx) {
			woke = true
		}
	}
	return woke
}

// Close closes every source, and then the poller. It may be called twice.
func (p *Poller) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	p.mu.Unlock()
	p.sources.forEach(func(s *Source) { s.Close() })
	return p.waiting.close(p.epfd)
}
