package poller

import (
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// A Poller waits for all of its sources together. Its methods may be called from
// any goroutine, except that one at a time calls Wait, and that Close comes after
// the last Look and Wait.
type Poller struct {
	// Owner is what the poller belongs to, for [Source.Owner]. It is set before the first
	// Open.
	Owner any

	base   time.Time // instants are nanoseconds since
	epfd   int
	open   atomic.Int64 // sources that are registered
	table  table
	looks  sync.Pool // of *events
	crowds crowds
	waiting

	mu         sync.Mutex // guards what follows, and the order of Open and Close
	closed     bool
	generation uint32
}

// events is room for what one system call reports.
type events [128]syscall.EpollEvent

// New returns a poller whose instants are nanoseconds since base. It has one
// descriptor, or two, besides those that Go's own poller opens once for the process.
func New(base time.Time) (*Poller, error) { return open(base, runtime.GOMAXPROCS(0) == 1) }

func open(base time.Time, nests bool) (*Poller, error) {
	epfd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	p := &Poller{base: base, epfd: epfd}
	p.looks.New = func() any { return new(events) }
	if err := p.waiting.init(epfd, nests); err != nil {
		return nil, err
	}
	return p, nil
}

// now returns the present instant.
func (p *Poller) now() int64 { return int64(time.Since(p.base)) }

// Interest is what a source wants to know.
type Interest uint32

const edge = 1 << 31 // syscall.EPOLLET is negative on some architectures

const (
	// Connections is for what is read and written.
	Connections Interest = syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | syscall.EPOLLPRI | edge
	// Listeners is for what is only read.
	Listeners Interest = syscall.EPOLLIN | edge
)

// Open registers fd, which must not block, under s. From then on s owns fd. When
// ready is true the first operation in each direction is let in at once, as is
// right for a fresh connection; otherwise the kernel is asked first. After an
// error fd is the caller's still; net.ErrClosed says that the poller is closed.
func (p *Poller) Open(s *Source, fd int, interest Interest, ready bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return net.ErrClosed
	}
	p.generation++
	s.poller, s.fd, s.generation = p, int32(fd), p.generation
	if ready {
		s.state.Store(readable | writable)
	}
	p.table.put(s.fd, s) // before the kernel may report it
	event := syscall.EpollEvent{Events: uint32(interest), Fd: s.fd, Pad: int32(s.generation)}
	if err := syscall.EpollCtl(p.epfd, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
		p.table.clear(s.fd)
		return os.NewSyscallError("epoll_ctl", err)
	}
	p.open.Add(1)
	return nil
}

func (p *Poller) remove(s *Source) {
	p.table.clear(s.fd)
	p.open.Add(-1)
}

// Registered says whether there is any source.
func (p *Poller) Registered() bool { return p.open.Load() != 0 }

// Look wakes, by cx, the tasks whose sources have become ready, does not wait, and
// says whether it woke any.
func (p *Poller) Look(cx *sched.Context) bool {
	events := p.looks.Get().(*events)
	// What the worker has no room for would make it give away the oldest that it has,
	// to be run last. In the kernel it waits for its turn.
	most := min(max(cx.Room(), leastEvents), len(events))
	woke := p.report(events[:pollNow(p.epfd, events[:most])], cx)
	p.looks.Put(events)
	return woke
}

// leastEvents is how many events a look asks for at the least.
const leastEvents = 8

// report hands events to their sources and says whether a task was woken. An
// event whose source has been closed meanwhile is dropped, even when its number
// has been given to another one.
func (p *Poller) report(events []syscall.EpollEvent, cx *sched.Context) bool {
	woke := false
	for i := range events {
		e := &events[i]
		s := p.table.get(e.Fd)
		if s != nil && s.generation == uint32(e.Pad) && s.happened(e.Events, cx) {
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
	p.table.all(func(s *Source) { s.Close() })
	return p.waiting.close(p.epfd)
}
