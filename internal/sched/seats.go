package sched

import (
	"slices"
	"sync"

	"github.com/edo-go/edo/internal/schedule"
)

// A seat is what a seeded worker keeps of a task that lives. The number of the seat is in the
// state word of the task, from bit seatBit on. A task takes its seat when it is runnable first,
// and leaves it when it has ended. Seat 0 is that of all for which there is no number.
type seat struct {
	id       schedule.ID
	rank     uint64
	objects  []any  // the task, and those of the operations that it has done, and of the one that it does next, see [schedule.Candidates]
	isKnown  bool   // all operations of the last poll are among them
	ops      uint32 // operations of the last poll; 0 also when it has given way behind one
	at       int32  // the position of the task in the line, -1 if it is not there
	children uint32 // that have taken a seat
	timers   uint32 // timers of the task that were due
	steps    uint32 // how often the task was chosen
}

const (
	seatBit  = 10
	maxSeats = 1<<(32-seatBit) - 1
)

// seat returns the number of the seat of t.
func (t *Task) seat() uint32 { return t.state.Load() >> seatBit }

// sit gives t, a child of the task with the seat parent, a seat.
func (p *pool) sit(t *Task, parent uint32, rank func() uint64) uint32 {
	if len(p.seats) == 0 {
		p.seats = append(p.seats, seat{at: -1})
	}
	var n uint32
	switch {
	case len(p.free) != 0:
		n = p.free[len(p.free)-1]
		p.free = p.free[:len(p.free)-1]
	case len(p.seats) <= maxSeats:
		n = uint32(len(p.seats))
		p.seats = append(p.seats, seat{})
	default:
		return 0
	}
	of := &p.seats[parent]
	of.children++
	p.seats[n] = seat{id: of.id.Child(of.children), rank: rank(), at: -1}
	t.state.Or(n << seatBit)
	return n
}

// pools are those of runtimes that have ended, empty: their memory is for the next ones.
var pools = sync.Pool{New: func() any { return new(pool) }}

func newPool() *pool { return pools.Get().(*pool) }

// mostKept is how many candidates at a time a pool may have had that is kept.
const mostKept = 1 << 10

// recycle gives the memory of p, whose runtime has ended, to the next one. What another runtime makes of it
// does not depend on how much it is.
func (p *pool) recycle() {
	if len(p.seats) > mostKept || len(p.yielded) > mostKept {
		return
	}
	p.line.clear()
	clear(p.seats)
	clear(p.yielded[:cap(p.yielded)])
	*p = pool{line: p.line, seats: p.seats[:0], free: p.free[:0], yielded: p.yielded[:0]}
	pools.Put(p)
}

// leave notes that the task which is polled has ended. Its seat is free after the next collect,
// which gives seats to its children.
func (p *pool) leave(t *Task) { p.left = t.seat() }

// freeLeft frees the seat of the task that has ended.
func (p *pool) freeLeft() {
	if p.left == 0 {
		return
	}
	p.seats[p.left] = seat{at: -1}
	p.free = append(p.free, p.left)
	if p.current == p.left {
		p.current = 0
	}
	p.left = 0
}

// note notes that the task of the seat is about to do an operation.
func (s *seat) note(leaf any) {
	var object any
	if o, ok := leaf.(schedule.Operation); ok {
		object = o.Object()
	}
	switch {
	case object == nil:
		s.isKnown = false
	case !slices.Contains(s.objects, object):
		s.objects = append(s.objects, object)
	}
}
