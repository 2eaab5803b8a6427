package sched

import "github.com/edo-go/edo/internal/schedule"

// A Chooser is a driver that chooses with a [schedule.Strategy].
type Chooser interface {
	Driver
	// Interleaves reports whether there is a choice at each operation of a task, also when
	// the task could go on. Otherwise a task goes on until it waits or has used its budget
	// up, who yields goes behind all that are runnable, and timers that are due fire before
	// anything else.
	Interleaves() bool
	// Pick returns the index of the candidate that is next. The scheduler calls it between
	// two polls, after Choose, and inside a poll when its task is about to do an operation.
	Pick(c *Candidates) int
	// Rank returns the rank of a new candidate.
	Rank() uint64
	// Tracks reports whether the objects of operations are to be kept, for Candidates.Objects.
	Tracks() bool
}

// Candidates are what can happen next in a seeded runtime: a [schedule.Candidates].
type Candidates struct {
	p         *pool
	continues bool // the task that is polled may go on: it is the first
}

var _ schedule.Candidates = (*Candidates)(nil)

// Len returns how many there are.
func (c *Candidates) Len() int {
	if c.continues {
		return 1 + c.p.line.len()
	}
	return c.p.line.len()
}

// Continues reports whether the first is the task that is polled.
func (c *Candidates) Continues() bool { return c.continues }

// position returns the position of a candidate in the line; -1: it is the task that is polled.
func (c *Candidates) position(i int) int {
	if c.continues {
		if i == 0 {
			return -1
		}
		i--
	}
	return c.p.line.at(i)
}

// ID returns the ID of a candidate.
func (c *Candidates) ID(i int) schedule.ID {
	if at := c.position(i); at >= 0 {
		return c.p.line.entries[at].id
	}
	return c.p.seats[c.p.current].id
}

// Task returns a candidate that is a task, and nil for a timer.
func (c *Candidates) Task(i int) *Task {
	if at := c.position(i); at >= 0 {
		return c.p.line.entries[at].task
	}
	return c.p.running
}

// Last returns the index of the task that was polled last, or -1.
func (c *Candidates) Last() (i int, gaveWay bool) {
	switch at := c.p.seats[c.p.current].at; {
	case c.continues:
		return 0, false
	case c.p.current == 0 || at < 0:
		return -1, false
	default:
		return c.p.line.index(int(at)), c.p.gaveWay
	}
}

// Waited returns for how many choices the oldest of the others has waited.
func (c *Candidates) Waited() int {
	l := &c.p.line
	if l.len() == 0 {
		return 0
	}
	return c.p.choices - l.entries[l.at(0)].since
}

// Highest returns the candidate with the highest rank.
func (c *Candidates) Highest() int {
	l := &c.p.line
	if !c.continues {
		return l.index(l.highest())
	}
	if l.len() == 0 {
		return 0
	}
	at := l.highest()
	if c.p.seats[c.p.current].rank >= l.entries[at].rank {
		return 0
	}
	return 1 + l.index(at)
}

// SetRank changes the rank of a candidate.
func (c *Candidates) SetRank(i int, rank uint64) {
	seat := c.p.current
	if at := c.position(i); at >= 0 {
		c.p.line.setRank(at, rank)
		seat = c.p.line.entries[at].seat
	}
	if seat != 0 {
		c.p.seats[seat].rank = rank
	}
}

// Steps returns how often a candidate was chosen before.
func (c *Candidates) Steps(i int) int {
	if at := c.position(i); at >= 0 {
		if seat := c.p.line.entries[at].seat; seat != 0 {
			return int(c.p.seats[seat].steps)
		}
		return 0
	}
	return int(c.p.seats[c.p.current].steps)
}

// Objects returns the objects of all operations that a candidate has done, and of the one that
// it does next, if that is known. A timer touches its task alone.
func (c *Candidates) Objects(i int) (objects []any, isKnown bool) {
	n := c.p.current
	if at := c.position(i); at >= 0 {
		e := &c.p.line.entries[at]
		if n = e.seat; e.timer != nil {
			task := e.timer.task.Load()
			return []any{task}, task != nil && task.seat() != 0
		}
	}
	s := c.p.seatOf(n)
	if s == nil {
		return nil, false
	}
	return s.objects, s.isKnown && s.ops != 0
}
