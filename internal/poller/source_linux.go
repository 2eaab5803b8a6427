package poller

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// ErrWait is what [Source.Begin] returns when the operation has to wait: the
// task has been kept.
var ErrWait = errors.New("poller: wait")

// Direction is what an operation does with a descriptor.
type Direction uint8

const (
	Read Direction = iota
	Write
)

// Outcome is what an operation found.
type Outcome uint8

const (
	// Drained says that there was nothing, or no room: the call would have waited.
	Drained Outcome = iota
	// Short says that the call did less than it was asked to. For a stream that
	// means drained as well, unless there is something that no edge will announce.
	Short
	// More says that the direction may be ready still. An error and the end of a
	// stream are More too: asking again gives an answer again.
	More
)

// A Source is a registered descriptor. It lies inside the object that does the
// operations, and must not be copied or used again after it was opened.
//
// # The state word
//
//	bit  0    readable: an edge has come that no operation has used up
//	bit  1    writable: the same
//	bit  2    certain: a short read or write does not mean drained
//	bit  3    closed: no operation begins any more
//	bit  4    a read follows: it waits until an operation that is under way has ended
//	bit  5    a write follows: the same
//	bit  6    more tasks than one wait to read; the others are in the poller's crowds
//	bit  7    the same of writing
//	bits 8-31 operations between Begin, or Hold, and End
//
//	in a direction  waiter  who changes it
//	ready           nil     Begin clears the bit and goes in
//	in use          nil     End leaves, and sets the bit again or does not; an edge sets it
//	drained         nil     an edge sets the bit; Arm stores a waiter
//	awaited         a task  an edge, End or Close takes the waiter out and wakes it
//
// Rules:
//
//  1. The bit is cleared before the system call, not after. An edge that comes
//     during the call sets it again, so that no edge is lost; at worst one call
//     finds nothing.
//  2. Whoever waits stores its task first and looks at the bits afterwards;
//     whoever sets a bit sets it first and looks for a task afterwards. So one of
//     them sees the other. The waiter that sees a bit takes its task back.
//  3. A task is taken out by a swap before it is woken: one wake for each wait.
//  4. The descriptor is used between Begin and End alone. The last one out of a
//     closed source closes it, or Close does when nobody is in: exactly once, as
//     nobody enters a closed source.
//  5. Short means drained only while nothing was seen that comes without an edge
//     of its own afterwards: the end of the stream or an error that was collected
//     together with the data before it, and urgent data, at which reads stop short.
//     All of these set "certain", for good.
//  6. poller, fd and generation are written by Open, before anybody else can
//     know the source, and read-only from then on.
//  7. failure is set once, between Begin and End of the operation that the kernel has
//     told the error. An operation that finds what may be the rest of an error looks for
//     others under way first ([Source.Follow]), and at failure afterwards: either the other
//     one has left and failure is set, or the operation waits for it.
//  8. A waiter that takes the place of another task's moves that task to the crowd, and
//     looks at the state again afterwards: a waker that came in between has not seen the
//     crowd. A waker takes the waiter out first, and the crowd afterwards.
type Source struct {
	poller     *Poller
	waiters    [2]atomic.Pointer[sched.Task]
	state      atomic.Uint32
	fd         int32
	generation uint32
	failure    atomic.Uint32
}

const (
	readable uint32 = 1 << Read
	writable uint32 = 1 << Write
	certain  uint32 = 4
	closed   uint32 = 8
	follows  uint32 = 16 // shifted by the direction
	crowded  uint32 = 64 // shifted by the direction

	user uint32 = 1 << 8
)

// FD returns the descriptor. It may be used between Begin or Hold and End alone.
func (s *Source) FD() int { return int(s.fd) }

// Owner returns the owner of the poller of s.
func (s *Source) Owner() any { return s.poller.Owner }

// Begin lets an operation of t in. The caller does one system call that does not
// wait and calls End. Otherwise the error is ErrWait, and t will be woken, or
// net.ErrClosed.
func (s *Source) Begin(d Direction, t *sched.Task) error {
	for {
		err := s.TryBegin(d)
		if err != ErrWait || s.Arm(d, t) {
			return err
		}
	}
}

// TryBegin is Begin without keeping a task.
func (s *Source) TryBegin(d Direction) error {
	ready := uint32(1) << d
	for {
		state := s.state.Load()
		if state&closed != 0 {
			return net.ErrClosed
		}
		if state&ready == 0 {
			return ErrWait
		}
		if s.state.CompareAndSwap(state, state&^ready+user) {
			if invariant.Enabled {
				invariant.Step("Source.Begin: in")
			}
			return nil
		}
	}
}

// Arm keeps t as a task to wake, beside those that wait already. False says that
// something has happened meanwhile, and that t has not been kept.
func (s *Source) Arm(d Direction, t *sched.Task) bool {
	if invariant.Enabled {
		invariant.Step("Source.Arm: before the store")
	}
	s.keep(d, t)
	if invariant.Enabled {
		invariant.Step("Source.Arm: stored")
	}
	if s.state.Load()&(uint32(1)<<d|closed) == 0 {
		return true
	}
	s.waiters[d].CompareAndSwap(t, nil) // if that fails, whoever took t out has woken it
	return false
}

// keep stores t as the waiter of direction d. Another task that waits there joins the
// crowd.
func (s *Source) keep(d Direction, t *sched.Task) {
	if before := s.waiters[d].Swap(t); before != nil && before != t {
		s.join(d, before, t)
	}
}

// Follow ends the operation in direction d, which has found what may be the rest of an
// error, when another one is under way: that one may be told the error. t is kept, and
// woken when the other one has ended. False says that no other one is under way: the
// operation of t goes on, and [Source.Failure] is what there is to know.
func (s *Source) Follow(d Direction, t *sched.Task) bool {
	if s.state.Load() < 2*user { // no other one: those that begin now come after what was found
		return false
	}
	s.keep(d, t) // rule 2: the task first
	for {
		state := s.state.Load()
		if state < 2*user || state&closed != 0 {
			s.waiters[d].CompareAndSwap(t, nil)
			return false
		}
		if invariant.Enabled {
			invariant.Step("Source.Follow: before the CAS")
		}
		if s.state.CompareAndSwap(state, (state-user)|follows<<d) {
			return true
		}
	}
}

// Fail keeps an error that the kernel tells once, for all that come later. It is called
// between Begin and End. The first one stays.
func (s *Source) Fail(errno syscall.Errno) { s.failure.CompareAndSwap(0, uint32(errno)) }

// Failure returns the error that was kept, or 0.
func (s *Source) Failure() syscall.Errno { return syscall.Errno(s.failure.Load()) }

// End lets the operation that Begin let in out again.
func (s *Source) End(d Direction, found Outcome) {
	for {
		state := s.state.Load()
		if invariant.Enabled {
			invariant.Check(state >= user, "a poller source was left more often than entered")
			invariant.Step("Source.End: before the CAS")
		}
		next := state - user
		if found == More || found == Short && state&certain != 0 {
			next |= uint32(1) << d
		}
		if following := next & (follows<<Read | follows<<Write); following != 0 {
			next = next&^following | following/follows // they look once more
		}
		if !s.state.CompareAndSwap(state, next) {
			continue
		}
		if next&closed != 0 {
			if next < user {
				s.finish()
			}
			return
		}
		if set := next &^ state & (readable | writable); set != 0 { // by this End
			if invariant.Enabled {
				invariant.Step("Source.End: marked")
			}
			if set&readable != 0 {
				s.wake(Read, nil)
			}
			if set&writable != 0 {
				s.wake(Write, nil)
			}
		}
		return
	}
}

// Hold keeps the descriptor open until Release, for calls that have nothing to do
// with readiness.
func (s *Source) Hold() error {
	for {
		state := s.state.Load()
		if state&closed != 0 {
			return net.ErrClosed
		}
		if s.state.CompareAndSwap(state, state+user) {
			return nil
		}
	}
}

// Release ends a Hold.
func (s *Source) Release() { s.End(Read, Drained) }

// IsClosed says whether Close was called.
func (s *Source) IsClosed() bool { return s.state.Load()&closed != 0 }

// Forget lets go of t, in direction d.
func (s *Source) Forget(d Direction, t *sched.Task) {
	s.waiters[d].CompareAndSwap(t, nil)
	if s.state.Load()&(crowded<<d) != 0 {
		s.leaveCrowd(d, t)
	}
}

// Waits says whether t waits in direction d.
func (s *Source) Waits(d Direction, t *sched.Task) bool {
	return s.waiters[d].Load() == t || s.state.Load()&(crowded<<d) != 0 && s.inCrowd(d, t)
}

// Wake wakes every task that waits in direction d, though nothing has happened there.
func (s *Source) Wake(d Direction) { s.wake(d, nil) }

// Close ends the source: what waits is woken, no operation begins any more, and
// the descriptor is closed when the last one that has begun has ended. It may be
// called twice, and from any goroutine. The error is that of closing the
// descriptor, when that happens in this call.
func (s *Source) Close() error {
	state := s.state.Or(closed)
	if state&closed != 0 {
		return nil
	}
	if invariant.Enabled {
		invariant.Step("Source.Close: marked")
	}
	s.wake(Read, nil)
	s.wake(Write, nil)
	if state < user {
		return s.finish()
	}
	return nil
}

// finish closes the descriptor. The source leaves the table first: as soon as the
// number is free another source may stand there.
func (s *Source) finish() error {
	s.poller.remove(s)
	return os.NewSyscallError("close", syscall.Close(int(s.fd)))
}

// happened takes in what epoll has reported, wakes by cx, and says whether it
// woke any task.
func (s *Source) happened(events uint32, cx *sched.Context) bool {
	const (
		in  = syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLHUP | syscall.EPOLLERR | syscall.EPOLLPRI
		out = syscall.EPOLLOUT | syscall.EPOLLHUP | syscall.EPOLLERR
		end = syscall.EPOLLRDHUP | syscall.EPOLLHUP | syscall.EPOLLERR | syscall.EPOLLPRI
	)
	var bits uint32
	if events&in != 0 {
		bits |= readable
	}
	if events&out != 0 {
		bits |= writable
	}
	if events&end != 0 {
		bits |= certain
	}
	if s.state.Load()&bits != bits { // set already, they are cleared before the next call
		s.state.Or(bits)
	}
	if invariant.Enabled {
		invariant.Step("Source.happened: marked")
	}
	woke := false
	if bits&readable != 0 && s.wake(Read, cx) {
		woke = true
	}
	if bits&writable != 0 && s.wake(Write, cx) {
		woke = true
	}
	return woke
}

// wake wakes the tasks that wait in direction d, by cx unless that is nil.
func (s *Source) wake(d Direction, cx *sched.Context) (woke bool) {
	if s.waiters[d].Load() != nil {
		if t := s.waiters[d].Swap(nil); t != nil {
			wakeTask(t, cx)
			woke = true
		}
	}
	if s.state.Load()&(crowded<<d) != 0 && s.wakeCrowd(d, cx) {
		woke = true
	}
	return woke
}

func wakeTask(t *sched.Task, cx *sched.Context) {
	if cx == nil {
		t.Wake()
	} else {
		t.WakeBack(cx)
	}
}
