package poller

import (
	"net"
	"os"
	"sync/atomic"
	"syscall"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// Outcome is what an operation found.
type Outcome uint8

const (
	// Drained says that there was nothing, or no room: the call would have waited.
	Drained Outcome = iota
	// Short says that the call did less than it was asked to. For a stream that means
	// drained too, unless the source has seen something that no edge will announce.
	Short
	// More says that the direction may still be ready. An error and the end of a stream
	// are More too: the next operation gets an answer again.
	More
)

// A Source is a registered descriptor. It lies inside the object that does the
// operations, and must not be copied, or used again after it was opened.
//
// # The state word
//
//	bit  0    readable: an edge has come that no operation has used up
//	bit  1    writable: the same
//	bit  2    certain: a short read or write does not mean drained
//	bit  3    closed: no operation begins any more
//	bit  4    a read follows: it waits until the operation under way has ended
//	bit  5    a write follows: the same
//	bit  6    several tasks wait to read; the others are in the poller's overflow table
//	bit  7    the same for writing
//	bit  8    untouched: no operation has begun since the last look at the handle
//	bits 9-31 number of operations between Begin, or Hold, and End
//
//	in a direction  waiter  changed by
//	ready           nil     Begin clears the bit and enters
//	in use          nil     End leaves, and sets the bit again or does not; an edge sets it
//	drained         nil     an edge sets the bit; Arm stores a waiter
//	awaited         a task  an edge, End, Wake or Close removes the waiter and wakes it
//
// Rules:
//
//  1. The bit is cleared before the system call, not after it. An edge that comes
//     during the call sets the bit again, so no edge is lost; at worst one call finds
//     nothing.
//  2. An operation that has to wait stores its task first and loads the state
//     afterwards. An edge, End and Close set a bit first and load the waiter afterwards.
//     So one of the two sees the other. An operation that sees a bit removes its task
//     again.
//  3. A waiter is removed by a swap before it is woken: one wake for each wait.
//  4. The descriptor is used between Begin and End alone. The last operation that leaves
//     a closed source closes the descriptor, or Close does when no operation is under
//     way: exactly once, as no operation enters a closed source.
//  5. Short means drained only until the source has seen something that comes without a
//     later edge of its own: the end of the stream or an error that was reported
//     together with the data before it, and urgent data, at which reads stop short.
//     All of these set "certain", which is never cleared.
//  6. Open writes poller, fd and the generation before any other goroutine can reach the
//     source. They are read-only from then on.
//  7. failure is set once, between Begin and End of the operation that got the error from
//     the kernel. An operation that finds what may be the rest of an error first looks
//     for other operations under way ([Source.Follow]), and loads failure afterwards:
//     either the other operation has left and failure is set, or this one waits for it.
//  8. A task that takes the slot of another waiter moves that one to the overflow table,
//     and loads the state again afterwards: a waker that came in between has not seen the
//     table's entry. A waker empties the slot first, and the table's entry afterwards.
type Source struct {
	poller  *Poller
	waiters [2]atomic.Pointer[sched.Task] // the latest of each direction; see waiters_linux.go
	handle  atomic.Pointer[driver.Handle] // of a connection; see handles_linux.go
	state   atomic.Uint32
	fd      int32
	marks   atomic.Uint32 // bits 0-15 the generation, bits 16-31 the failure

	// Notes has nothing to do with readiness: it has room here.
	Notes driver.Notes
}

const (
	readable uint32 = 1 << driver.Reading
	writable uint32 = 1 << driver.Writing
	certain  uint32 = 4
	closed   uint32 = 8
	follows  uint32 = 16 // shifted by the direction
	overflow uint32 = 64 // shifted by the direction

	untouched    uint32 = 1 << 8
	oneOperation uint32 = 1 << 9
)

// FD returns the descriptor. It may be used between Begin or Hold and End alone.
func (s *Source) FD() int { return int(s.fd) }

// Owner returns the owner of the poller of s.
func (s *Source) Owner() any { return s.poller.Owner }

// Begin begins an operation of t. When it is Ready the caller does one system call that
// does not wait, and calls End; or the error is net.ErrClosed. When it is Pending, t has
// become a waiter and will be woken; nil stands for no task to keep.
func (s *Source) Begin(d driver.Direction, t *sched.Task) (driver.Poll, error) {
	ready := uint32(1) << d
	for {
		state := s.state.Load()
		switch {
		case state&closed != 0: // rule 4
			return driver.Ready, net.ErrClosed
		case state&ready != 0: // rule 1
			if s.state.CompareAndSwap(state, state&^(ready|untouched)+oneOperation) {
				if invariant.Enabled {
					invariant.Step("Source.Begin: in")
				}
				return driver.Ready, nil
			}
		case t == nil || s.Arm(d, t): // rule 2
			return driver.Pending, nil
		}
	}
}

// End ends the operation that Begin began.
func (s *Source) End(d driver.Direction, found Outcome) {
	for {
		state := s.state.Load()
		if invariant.Enabled {
			invariant.Check(state >= oneOperation, "a poller source was left more often than entered")
			invariant.Step("Source.End: before the CAS")
		}
		// The direction stays ready when there may be more (rule 5).
		next := state - oneOperation
		if found == More || found == Short && state&certain != 0 {
			next |= uint32(1) << d
		}
		// The operations that follow this one look once more (rule 7).
		if following := next & (follows<<driver.Reading | follows<<driver.Writing); following != 0 {
			next = next&^following | following/follows
		}
		if !s.state.CompareAndSwap(state, next) {
			continue
		}
		// The last one that leaves a closed source closes the descriptor (rule 4).
		if next&closed != 0 {
			if next < oneOperation {
				s.closeDescriptor()
			}
			return
		}
		// A bit that this End has set wakes the waiters of its direction (rule 2).
		if set := next &^ state & (readable | writable); set != 0 {
			if invariant.Enabled {
				invariant.Step("Source.End: marked")
			}
			if set&readable != 0 {
				s.wake(driver.Reading, outside)
			}
			if set&writable != 0 {
				s.wake(driver.Writing, outside)
			}
		}
		return
	}
}

// Follow ends the operation in direction d, which has found what may be the rest of an
// error, when another operation is under way: that one may get the error itself. t has
// become a waiter then, and is woken when the other operation has ended. False says that
// no other one is under way: the operation of t goes on, and [Source.Failure] is all that
// there is to know.
func (s *Source) Follow(d driver.Direction, t *sched.Task) bool {
	if s.state.Load() < 2*oneOperation { // one that begins now comes after what was found
		return false
	}
	s.Wait(d, t) // rule 2: the task first
	for {
		state := s.state.Load()
		if state < 2*oneOperation || state&closed != 0 {
			s.waiters[d].CompareAndSwap(t, nil)
			return false
		}
		if invariant.Enabled {
			invariant.Step("Source.Follow: before the CAS")
		}
		if s.state.CompareAndSwap(state, (state-oneOperation)|follows<<d) {
			return true
		}
	}
}

// Fail keeps an error that the kernel reports once, for all later operations (rule 7). It
// is called between Begin and End. The first error stays.
func (s *Source) Fail(errno syscall.Errno) {
	generation := uint32(s.generation())
	s.marks.CompareAndSwap(generation, generation|uint32(errno)<<16)
}

// Failure returns the error that was kept, or 0.
func (s *Source) Failure() syscall.Errno { return syscall.Errno(s.marks.Load() >> 16) }

// generation tells s from earlier sources with the same descriptor, of which events may still
// come. After 65,536 sources it comes again; an event that is taken for a later source's does
// no harm: the next operation finds nothing.
func (s *Source) generation() uint16 { return uint16(s.marks.Load()) }

// Hold keeps the descriptor open until Release, for calls that have nothing to do
// with readiness.
func (s *Source) Hold() error {
	for {
		state := s.state.Load()
		if state&closed != 0 {
			return net.ErrClosed
		}
		if s.state.CompareAndSwap(state, state&^untouched+oneOperation) {
			return nil
		}
	}
}

// Release ends a Hold.
func (s *Source) Release() { s.End(driver.Reading, Drained) }

// IsClosed reports whether Close was called.
func (s *Source) IsClosed() bool { return s.state.Load()&closed != 0 }

// Close ends the source: all waiters are woken, no operation begins any more, and the
// descriptor is closed when the last operation under way has ended. It may be called
// twice, and from any goroutine. The error is that of closing the descriptor, when that
// happens in this call.
func (s *Source) Close() error {
	state := s.state.Or(closed)
	if state&closed != 0 {
		return nil
	}
	if invariant.Enabled {
		invariant.Step("Source.Close: marked")
	}
	s.Wake(driver.Reading)
	s.Wake(driver.Writing)
	if state < oneOperation { // rule 4
		return s.closeDescriptor()
	}
	return nil
}

// closeDescriptor closes the descriptor. The source leaves the table first: as soon as
// the number is free another source may have its entry.
func (s *Source) closeDescriptor() error {
	s.poller.remove(s)
	return os.NewSyscallError("close", syscall.Close(int(s.fd)))
}

// deliver sets the bits of what epoll has reported, wakes the waiters by cx, and reports
// whether there were any.
func (s *Source) deliver(events uint32, cx *sched.Context) (woke bool) {
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
	if events&end != 0 { // rule 5
		bits |= certain
	}
	// Rule 2: the bits first. Bits that are set already are cleared before the next call.
	if s.state.Load()&bits != bits {
		s.state.Or(bits)
	}
	if invariant.Enabled {
		invariant.Step("Source.deliver: marked")
	}
	if bits&readable != 0 && s.wake(driver.Reading, cx) {
		woke = true
	}
	if bits&writable != 0 && s.wake(driver.Writing, cx) {
		woke = true
	}
	return woke
}
