package simulated

import (
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/schedule"
)

// Interleaves reports whether there is a choice at each operation of a task.
func (d *Driver) Interleaves() bool { return !d.quiet }

// Pick returns which candidate is next.
func (d *Driver) Pick(c *sched.Candidates) int {
	i := d.strategy.Choose(c)
	if d.trace != nil && c.Len() > 1 {
		d.trace(c.Len(), i)
	}
	return i
}

// Relays reports whether the next task may be chosen before the function of the last poll has stopped. A controller,
// a watch and a trace may look at what stands still then, or panic.
func (d *Driver) Relays() bool {
	return !d.manual && d.watch == nil && d.trace == nil && (d.look == nil || d.polls+1 < d.lookAt)
}

// Rank returns the rank of a new candidate.
func (d *Driver) Rank() uint64 { return d.strategy.Rank() }

// Tracks reports whether the strategy asks for the objects of operations.
func (d *Driver) Tracks() bool { return d.strategy.Tracks() }

// Draw returns a number from 0 to n-1 for something that is no task, such as a fault of the
// network. It is a choice like that of the next task: a schedule replays it, and shrinking
// makes it 0, which must be the quiet outcome. The runtime's goroutine alone calls it, and
// the tasks.
func (d *Driver) Draw(n int) int {
	i := d.strategy.Draw(n)
	if n > 1 && d.trace != nil {
		d.trace(n, i)
	}
	return i
}

// Strategy returns what chooses.
func (d *Driver) Strategy() schedule.Strategy { return d.strategy }

// lateBy returns by how much the clock goes beyond a deadline.
func (d *Driver) lateBy() int64 {
	if d.late == 0 {
		return 0
	}
	const parts = 8
	return d.late * int64(d.Draw(parts)) / (parts - 1)
}
