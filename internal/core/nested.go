package core

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/sched"
)

// Nested is a function in direct style that a task has started inside its future.
type Nested interface {
	// DriveOn runs it on, cancelled, and reports whether it has ended. Its result is
	// dropped; of its errors only a panic is returned.
	DriveOn(cx *sched.Context) (ended bool, err error)
	// IsDropped reports whether it was dropped while it was suspended.
	IsDropped() bool
}

// nested are the functions in direct style that a task has started inside its future. Those
// that are dropped while suspended, or forgotten, run to their ends before the task ends: a
// suspended function that nothing resumes would be a goroutine leaked, with defers that
// never run.
type nested struct {
	dropped atomic.Bool // one of them has been dropped
	mu      sync.Mutex  // guards the following
	all     []Nested
}

// AddNested makes n, a function that the task of t has started, known to that.
func AddNested(t *sched.Task, n Nested) {
	if x := makeExtraOf(t); x != nil {
		x.nested.mu.Lock()
		defer x.nested.mu.Unlock()
		x.nested.all = append(x.nested.all, n)
	}
}

// RemoveNested takes n out, which has ended.
func RemoveNested(t *sched.Task, n Nested) {
	x := ExtraOf(t)
	if x == nil {
		return
	}
	x.nested.mu.Lock()
	defer x.nested.mu.Unlock()
	all := x.nested.all
	if i := slices.Index(all, n); i >= 0 {
		last := len(all) - 1
		all[i] = all[last]
		all[last] = nil
		x.nested.all = all[:last]
	}
}

// DropNested tells the task of t that one of its functions was dropped while suspended.
func DropNested(t *sched.Task) {
	if x := makeExtraOf(t); x != nil {
		x.nested.dropped.Store(true)
	}
	t.Wake()
}

// list returns those that there are, the one started last first: it is the innermost.
func (n *nested) list() []Nested {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.all) == 0 {
		return nil
	}
	all := slices.Clone(n.all)
	slices.Reverse(all)
	return all
}

// driveDropped drives those that have been dropped, for the task of x.
func (n *nested) driveDropped(cx *sched.Context, x *Extra) {
	if n.dropped.Load() {
		n.dropped.Store(false)
		n.drive(cx, x, Nested.IsDropped)
	}
}

// driveToEnd drives all of them as far as they come, and reports whether none is left. One
// that ends may be what another waits for, and no waker says so.
func (n *nested) driveToEnd(cx *sched.Context, x *Extra) (ended bool) {
	for n.drive(cx, x, func(Nested) bool { return true }) {
	}
	return n.list() == nil
}

// drive drives those that isMeant selects, and makes their panics errors of the task. It
// reports whether one has ended. After one that still waits dropped is set again.
func (n *nested) drive(cx *sched.Context, x *Extra, isMeant func(Nested) bool) (oneEnded bool) {
	for _, f := range n.list() {
		if !isMeant(f) {
			continue
		}
		ended, err := f.DriveOn(cx)
		if err != nil {
			x.Fail(err)
		}
		if ended {
			oneEnded = true
		} else {
			n.dropped.Store(true)
		}
	}
	return oneEnded
}

// inspect polls those that wait although they were dropped, or all that are left.
func (n *nested) inspect(cx *sched.Context, x *Extra, all bool) {
	before := n.list()
	n.drive(cx, x, func(f Nested) bool { return all || f.IsDropped() })
	if len(n.list()) != len(before) {
		cx.Root().Wake()
	}
}
